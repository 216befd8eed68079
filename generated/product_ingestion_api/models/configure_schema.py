from typing import Literal

ConfigureSchema = Literal[
    "https://schema.mp.microsoft.com/schema/configure/2022-03-01-preview2",
    "https://schema.mp.microsoft.com/schema/configure/2022-07-01",
]

CONFIGURE_SCHEMA_VALUES: set[ConfigureSchema] = {
    "https://schema.mp.microsoft.com/schema/configure/2022-03-01-preview2",
    "https://schema.mp.microsoft.com/schema/configure/2022-07-01",
}


def check_configure_schema(value: str) -> ConfigureSchema:
    if value in CONFIGURE_SCHEMA_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {CONFIGURE_SCHEMA_VALUES!r}"
    )
