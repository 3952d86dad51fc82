"use strict";
// Everything is on the page without this script; it adds smoothing, the axis, readings and filters.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const numbers = (text) => text.trim().split(/[\s,]+/).map(Number);
  all("[hidden]").forEach((element) => { element.hidden = false; });

  const lines = all("polyline.curve").map((line) => {
    const raw = line.cloneNode();
    raw.classList.add("raw");
    raw.hidden = true;
    const flat = numbers(line.getAttribute("points"));
    const points = [];
    for (let i = 0; i + 1 < flat.length; i += 2) points.push([flat[i], flat[i + 1]]);
    return { line, raw, points, shown: points };
  });

  // An average that forgets with the way along the axis, so that curves of few and of many points lag alike.
  const reach = 338 / 400;
  const smooth = (points, weight) => {
    if (weight === 0 || points.length < 3) return points;
    let sum = 0, mass = 0, before = points[0][0];
    return points.map(([x, y]) => {
      const kept = Math.pow(weight, Math.max(0, x - before) / reach);
      sum = sum * kept + y;
      mass = mass * kept + 1;
      before = x;
      return [x, sum / mass];
    });
  };

  const slider = document.getElementById("smoothing");
  const draw = () => {
    const weight = Number(slider.value) / 100;
    slider.closest("label").querySelector("output").textContent = weight ? weight.toFixed(2) : "off";
    lines.forEach((each) => {
      each.shown = smooth(each.points, weight);
      each.line.setAttribute("points", each.shown.map((p) => p[0].toFixed(2) + "," + p[1].toFixed(2)).join(" "));
      if (weight) each.line.before(each.raw); else each.raw.remove();
    });
  };
  if (slider) {
    slider.addEventListener("input", draw);
    document.getElementById("log").addEventListener("change", (event) => {
      document.body.classList.toggle("log", event.target.checked);
    });
  }

  const reading = (value) => (Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : value.toPrecision(4));
  const back = (place, [low, high, from, to], log) => {
    const share = (place - from) / (to - from);
    return log ? low * Math.pow(high / low, share) : low + share * (high - low);
  };
  all("svg.plot").forEach((plot) => {
    const own = lines.filter((each) => plot.contains(each.line));
    const cursor = plot.querySelector(".cursor");
    const readout = document.createElement("span");
    readout.className = "readout";
    const [xs, ys] = [numbers(plot.dataset.x), numbers(plot.dataset.y)];
    const log = plot.classList.contains("log");
    const caption = plot.closest("figure").querySelector("figcaption");
    plot.addEventListener("pointermove", (event) => {
      const box = plot.getBoundingClientRect();
      const at = ((event.clientX - box.left) / box.width) * plot.viewBox.baseVal.width;
      const near = own.map((each) =>
        each.shown.reduce((a, b) => (Math.abs(b[0] - at) < Math.abs(a[0] - at) ? b : a)));
      if (!near.length) return;
      cursor.setAttribute("x1", near[0][0]);
      cursor.setAttribute("x2", near[0][0]);
      cursor.style.visibility = "visible";
      readout.textContent = "at " + reading(Math.round(back(near[0][0], xs, false) * 100) / 100) + ": " +
        near.map((p) => reading(back(p[1], ys, log))).join(" · ");
      caption.append(readout);
    });
    plot.addEventListener("pointerleave", () => { cursor.style.visibility = "hidden"; readout.remove(); });
  });

  all("input.filter").forEach((box) => box.addEventListener("input", () => {
    const wanted = box.value.toLowerCase();
    const rows = all("tbody tr", box.closest("p").nextElementSibling);
    rows.forEach((row) => { row.hidden = !row.textContent.toLowerCase().includes(wanted); });
  }));
})();
