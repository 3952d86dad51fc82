// Elements from plain data. What people wrote is only ever text: nothing here reads HTML.

export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const sheet = (title, ...children) => h("section", { class: "sheet" }, h("h2", {}, title), ...children);

export const badge = (status) => h("span", { class: `badge ${status}` }, status);

export function facts(pairs) {
  const shown = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return h("dl", {}, shown.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

export function table(columns, rows) {
  const head = h("tr", {}, columns.map(([name, kind]) => h("th", { scope: "col", class: kind }, name)));
  return h("div", { class: "scroll" }, h("table", {}, h("thead", {}, head), h("tbody", {}, rows)));
}

export function field(label, input, hint) {
  input.id ||= `field-${label.toLowerCase().replace(/\W+/g, "-")}`;
  const described = hint ? h("div", { class: "hint", id: `${input.id}-hint` }, hint) : null;
  if (described) input.setAttribute("aria-describedby", described.id);
  return h("div", { class: "field" }, h("label", { for: input.id }, label), described, input);
}

export function moment(millis) {
  if (!millis) return null;
  const when = new Date(millis);
  return h("time", { datetime: when.toISOString() }, `${when.toISOString().slice(0, 16).replace("T", " ")} UTC`);
}

export function remaining(millis) {
  const minutes = Math.round((millis - Date.now()) / 60000);
  if (minutes <= 0) return "over";
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2880 ? `${Math.round(minutes / 60)} hours` : `${Math.round(minutes / 1440)} days`;
}

export const who = (actor) => actor.person ?? actor.principal;

export function figure(value) {
  if (value === null || value === undefined) return "–";
  const number = Number(value);
  return Number.isFinite(number) ? String(Number(number.toPrecision(6))) : String(value);
}
