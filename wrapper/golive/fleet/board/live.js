"use strict";
// Each change is a hint to fetch the page's content again, which the server writes with or without this.
const script = document.currentScript;
const source = new EventSource(`/events?after=${script.dataset.after}`);
let due = false;
async function show() {
  due = false;
  const answer = await fetch(script.dataset.path, { headers: { "X-Part": "content" } });
  if (!answer.ok) return;
  const focused = document.activeElement?.getAttribute("aria-label");
  document.getElementById("content").innerHTML = await answer.text();
  if (focused) document.querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
}
function soon() {
  if (!due) { due = true; setTimeout(show, 300); }
}
source.addEventListener("change", soon);
setInterval(soon, 60000);
