// The approver's page: sign in, inbox, one request. A link names a request and nothing else.

import * as api from "./api.js";
import { detail } from "./detail.js";
import { badge, field, h, remaining, table, who } from "./elements.js";

const main = document.getElementById("main");
const status = document.getElementById("status");
let me = null;
let turn = 0;

function place() {
  const [, project, kind, id] = location.hash.match(/^#\/([^/]*)\/(approvals)\/([0-9a-f]{32})$/) ?? [];
  return kind ? { project: decodeURIComponent(project), id } : null;
}

function announce(text) {
  status.textContent = text;
  setTimeout(() => {
    if (status.textContent === text) status.textContent = "";
  }, 6000);
}

function show(title, ...children) {
  document.title = `${title} · lineal`;
  main.replaceChildren(...children.flat().filter(Boolean));
  (main.querySelector("h1") ?? main).focus({ preventScroll: true });
  scrollTo(0, 0);
}

function header() {
  document.getElementById("who").hidden = !me;
  if (me) document.getElementById("who-name").textContent = `${me.name ?? who(me.actor)} in ${me.project}`;
}

function signIn(problem = "") {
  me = null;
  header();
  const project = h("input", { required: true, autocapitalize: "none", spellcheck: "false", value: place()?.project ?? api.session.get()?.project ?? "" });
  const token = h("input", { type: "password", required: true, autocomplete: "off", spellcheck: "false" });
  const error = h("p", { class: "error", role: "alert" }, problem);
  const submit = async (event) => {
    event.preventDefault();
    api.session.set({ project: project.value.trim(), token: token.value.trim() });
    error.textContent = "";
    try {
      me = await api.whoAmI();
      await render();
    } catch (refused) {
      api.session.clear();
      // The gateway refuses an unknown token without a code, and does not say why.
      const unknown = [401, 403].includes(refused.status) && !refused.code;
      error.textContent = unknown ? "The token is not known, or no longer valid." : refused.message;
      token.focus();
    }
  };
  const form = h("form", { onsubmit: submit }, field("Project", project),
    field("Token", token, "From `lineal token create`. It stays in this tab and is forgotten when the tab closes."),
    error, h("button", { type: "submit" }, "Sign in"));
  show("Sign in", h("div", { class: "sheet narrow" }, h("h1", { tabindex: "-1" }, "Sign in"), form));
}

async function inbox(filter = "pending") {
  const body = [];
  const more = h("div", { class: "actions" });
  const holder = h("div");
  const load = async (token) => {
    const page = await api.approvals(filter, token);
    body.push(...page.items.map(line));
    holder.replaceChildren(body.length || page.next_page_token ? table(COLUMNS, body) : h("p", { class: "soft" }, "Nothing waits."));
    const next = page.next_page_token;
    more.replaceChildren(...(next ? [h("button", { type: "button", class: "quiet", onclick: () => load(next).catch(failed) }, "Show more")] : []));
  };
  const choice = h("select", { onchange: () => inbox(choice.value).catch(failed) },
    [["pending", "Waiting for people"], ["", "All"]].map(([value, name]) => h("option", { value, selected: value === filter }, name)));
  await load();
  show("Requests", h("h1", { tabindex: "-1" }, "Requests for promotion"),
    h("div", { class: "sheet" }, field("Show", choice), holder, more));
}

const COLUMNS = [["Version"], ["To"], ["Status"], ["Asked by"], ["Why"], ["Time left"]];

function line(asked) {
  const link = `#/${encodeURIComponent(asked.project)}/approvals/${asked.approval_id}`;
  return h("tr", {},
    h("th", { scope: "row" }, h("a", { href: link }, `${asked.model} ${asked.version}`)),
    h("td", {}, asked.stage),
    h("td", {}, badge(asked.status)),
    h("td", {}, who(asked.requested_by)),
    h("td", {}, asked.reason),
    h("td", {}, asked.status === "pending" ? remaining(asked.expires_at) : ""));
}

async function act(form, error, done, send) {
  const buttons = [...form.querySelectorAll("button")];
  for (const button of buttons) button.disabled = true;
  error.textContent = "";
  try {
    await send();
    announce(done);
    await render();
  } catch (refused) {
    if (refused.status === 401 || (refused.status === 403 && !refused.code)) return failed(refused);
    error.textContent = refused.message;
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

function failed(refused) {
  if (refused.status === 401 || (refused.status === 403 && !refused.code)) {
    api.session.clear();
    return signIn("The token is not known, or no longer valid: sign in again.");
  }
  show("Sorry", h("h1", { tabindex: "-1" }, "That did not work"), h("p", { class: "error", role: "alert" }, refused.message),
    h("p", {}, h("a", { href: "#/" }, "All requests")));
}

async function render() {
  const mine = ++turn;
  const given = api.session.get();
  const wanted = place();
  if (!given || (wanted && wanted.project !== given.project)) {
    return signIn(given ? `You are signed in to ${given.project}. This request is in another project.` : "");
  }
  try {
    me ??= await api.whoAmI();
    header();
    if (!wanted) return await inbox();
    const found = await detail(wanted.id, me, act);
    if (mine === turn) show("Request", ...found);
  } catch (refused) {
    failed(refused);
  }
}

document.getElementById("sign-out").addEventListener("click", () => {
  api.session.clear();
  signIn();
});
document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
addEventListener("hashchange", render);
render();
