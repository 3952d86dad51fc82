// One request: what it is, how it compares, where it is from, and the decision.

import * as api from "./api.js";
import { badge, facts, field, figure, h, moment, remaining, sheet, table, who } from "./elements.js";

export async function detail(id, me, act) {
  const asked = await api.approval(id);
  const [candidate, baseline, rules, model, written] = await Promise.all([
    api.trace(asked.model, asked.version),
    asked.baseline_version ? api.version(asked.model, asked.baseline_version).catch(() => null) : null,
    api.policy().catch(() => null),
    api.model(asked.model).catch(() => null),
    api.card(asked.model, asked.version).catch(() => null),
  ]);
  return [
    h("p", {}, h("a", { href: "#/" }, "← All requests")),
    h("h1", { tabindex: "-1" }, `${asked.model} ${asked.version} to ${asked.stage} `, badge(asked.status)),
    moved(asked, model),
    request(asked),
    comparison(asked, candidate.version, baseline, goals(rules, asked)),
    h("div", { class: "columns" }, outcomes(asked), history(asked)),
    h("div", { class: "columns" }, card(candidate, written), lineage(candidate)),
    decision(asked, me, act),
  ];
}

function moved(asked, model) {
  const now = model?.production_version ?? null;
  if (!model || asked.status !== "pending" || now === asked.baseline_version) return null;
  return h(
    "p",
    { class: "notice" },
    `Production is version ${now ?? "none"} by now. After your decision the rules are looked at again, and people are asked again.`,
  );
}

function request(asked) {
  return sheet(
    "Request",
    facts([
      ["Asked by", who(asked.requested_by)],
      ["Why", asked.reason],
      ["Asked", moment(asked.requested_at)],
      ["Compared with", asked.baseline_version ? `version ${asked.baseline_version}, then in production` : "nothing in production"],
      ["Approvals", `${asked.decisions.length} of ${asked.approvals_needed}`],
      ["Time left", asked.status === "pending" ? remaining(asked.expires_at) : null],
      ["Ended because", asked.refusal],
      ["Bytes", h("code", {}, asked.manifest_digest)],
      ["Execution", asked.execution_arn ? h("code", {}, asked.execution_arn) : null],
    ]),
  );
}

function goals(stored, asked) {
  const found = {};
  if (stored?.ref?.digest !== asked.policy.digest) return found;
  for (const rule of stored.policy.stages[asked.stage]?.rules ?? []) {
    if (rule.check === "beats_production") found[rule.metric] = rule.goal;
  }
  return found;
}

function comparison(asked, candidate, baseline, goal) {
  const names = [...new Set([...Object.keys(candidate.metrics), ...Object.keys(baseline?.metrics ?? {})])].sort();
  if (!names.length) return sheet("Metrics", h("p", { class: "soft" }, "No metrics were logged."));
  const production = baseline ? `Production (version ${baseline.version})` : "Production";
  const columns = [["Metric"], [production, "number"], [`Version ${asked.version}`, "number"], ["Difference", "number"], ["", ""]];
  const rows = names.map((name) => row(name, baseline?.metrics[name], candidate.metrics[name], goal[name]));
  return sheet("Metrics against production", table(columns, rows));
}

function row(name, before, now, goal) {
  const difference = Number(now) - Number(before ?? NaN);
  const known = before !== undefined && now !== undefined && Number.isFinite(difference);
  const better = goal === "minimize" ? difference < 0 : difference > 0;
  const word = !known || !goal ? "" : better ? "better" : difference === 0 ? "equal, not better" : "worse";
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, name),
    h("td", { class: "number" }, figure(before)),
    h("td", { class: "number" }, figure(now)),
    h("td", { class: "number" }, known ? `${difference > 0 ? "+" : ""}${figure(difference)}` : "–"),
    h("td", { class: word ? (better ? "good" : "bad") : "" }, word),
  );
}

function outcomes(asked) {
  const items = asked.rule_results.map((rule) =>
    h(
      "li",
      {},
      h("span", { class: `mark ${rule.passed ? "good" : "bad"}` }, rule.passed ? "✓ holds" : "✗ broken"),
      ` ${rule.message}`,
    ),
  );
  const commit = asked.policy.commit ? `, commit ${asked.policy.commit.slice(0, 12)}` : "";
  return sheet(
    "Rules",
    items.length ? h("ul", { class: "plain" }, items) : h("p", { class: "soft" }, "No rule was asked for."),
    h("p", { class: "soft" }, `Policy ${asked.policy.name}, ${asked.policy.digest.slice(0, 12)}${commit}`),
  );
}

function history(asked) {
  const decided = asked.decisions.map((d) => [d.decided_at, `${who(d.actor)}: ${d.verdict}`, d.reason]);
  const handed = asked.delegations.map((d) => [d.delegated_at, `${who(d.actor)} handed it on to ${d.to}`, d.reason]);
  const items = [...decided, ...handed]
    .sort((one, other) => one[0] - other[0])
    .map(([at, what, why]) => h("li", {}, h("strong", {}, what), " ", moment(at), why ? h("div", {}, why) : null));
  return sheet("Decisions", items.length ? h("ul", { class: "plain" }, items) : h("p", { class: "soft" }, "Nobody has decided yet."));
}

function card({ version, run }, shown) {
  const written = Object.entries(shown?.card ?? {}).filter(([, text]) => text.trim());
  return sheet(
    "Model card",
    facts([
      ["Description", version.description || "none"],
      ...written.map(([name, text]) => [words(name), text]),
      ...known(shown?.facts ?? []),
      ["Says nothing of", shown?.missing.length ? shown.missing.map(words).join(", ") : null],
      ["Format", version.info?.format],
      ["Algorithm", version.info?.algorithm],
      ["Registered by", who(version.registered_by)],
      ["Files", String(version.file_count ?? version.manifest.length)],
      ...Object.entries(version.tags),
      ...Object.entries(run?.params ?? {}).slice(0, 12).map(([name, value]) => [`param ${name}`, value]),
    ]),
  );
}

// What nobody had to write: one entry for each field, with where each of its lines is from.
function known(found) {
  const fields = [...new Set(found.map((fact) => fact.field))];
  const lines = (field) => found.filter((fact) => fact.field === field).map(line);
  return fields.map((field) => [words(field), h("div", {}, lines(field))]);
}

function line(fact) {
  const source = fact.source.replace(/[0-9a-f]{32}/, (id) => id.slice(0, 8));
  return h("div", {}, `${fact.text} `, h("span", { class: "soft small", title: fact.source }, `from ${source}`));
}

function words(name) {
  return name.replaceAll("_", " ");
}

function lineage({ run, lineage: found }) {
  const items = found.checks.map((check) =>
    h(
      "li",
      {},
      h("span", { class: `mark ${check.present ? "good" : "bad"}` }, check.present ? "✓ known" : "✗ lacks"),
      ` ${check.name} `,
      h("span", { class: "mono soft" }, check.detail),
    ),
  );
  const from = run ? `Run ${run.run_id} in ${run.experiment}, ended ${run.ended_at ? new Date(run.ended_at).toISOString().slice(0, 16) : "never"}` : "From outside";
  return sheet("Lineage", h("ul", { class: "plain" }, items), h("p", { class: "soft" }, from));
}

function decision(asked, me, act) {
  if (!["pending", "requested"].includes(asked.status)) return null;
  const mine = asked.requested_by.principal === me.actor.principal || (me.actor.person && asked.requested_by.person === me.actor.person);
  if (mine) return taking(asked, act);
  if (asked.status !== "pending") return null;
  return h("div", {}, deciding(asked, me, act), handing(asked, act));
}

function deciding(asked, me, act) {
  const reason = h("textarea", { name: "reason", maxlength: "2000" });
  const error = h("p", { class: "error", role: "alert" });
  const say = (verdict) => async (event) => {
    event.preventDefault();
    error.textContent = "";
    if (verdict === "reject" && !reason.value.trim()) {
      error.textContent = "Say why: a rejection needs a reason.";
      reason.setAttribute("aria-invalid", "true");
      reason.focus();
      return;
    }
    await act(form, error, `You said: ${verdict}.`, () => api.decide(asked.approval_id, verdict, reason.value.trim()));
  };
  const form = h(
    "form",
    { onsubmit: (event) => event.preventDefault() },
    field("Reason", reason, "What you looked at. Needed to reject; it is stored with your decision."),
    error,
    h(
      "div",
      { class: "actions" },
      h("button", { type: "button", onclick: say("approve") }, "Approve"),
      h("button", { type: "button", class: "reject", onclick: say("reject") }, "Reject"),
    ),
  );
  const as = me.actor.person
    ? h("p", { class: "soft" }, `You decide as ${me.name ?? me.actor.person}.`)
    : h("p", { class: "notice" }, "Your identity belongs to no recorded person, so you cannot decide. An admin can link it.");
  return sheet("Your decision", as, form);
}

function handing(asked, act) {
  const to = h("input", { name: "to", required: true, maxlength: "64", autocapitalize: "none", spellcheck: "false" });
  const why = h("input", { name: "why", required: true, maxlength: "2000" });
  const error = h("p", { class: "error", role: "alert" });
  const send = async (event) => {
    event.preventDefault();
    await act(form, error, `Handed on to ${to.value}.`, () => api.delegate(asked.approval_id, to.value.trim(), why.value.trim()));
  };
  const form = h(
    "form",
    { onsubmit: send },
    field("Person", to, "Their id. They have to be allowed to decide."),
    field("Why not you", why),
    error,
    h("button", { type: "submit", class: "quiet" }, "Hand on"),
  );
  return h("details", { class: "sheet" }, h("summary", {}, "Hand this request on"), form);
}

function taking(asked, act) {
  const why = h("input", { name: "why", required: true, maxlength: "2000" });
  const error = h("p", { class: "error", role: "alert" });
  const send = async (event) => {
    event.preventDefault();
    await act(form, error, "You took the request back.", () => api.cancel(asked.approval_id, why.value.trim()));
  };
  const form = h("form", { onsubmit: send }, field("Why it is not wanted any more", why), error,
    h("button", { type: "submit", class: "reject" }, "Take it back"));
  return sheet("Your request", h("p", {}, "You asked for this, so somebody else has to decide."), form);
}
