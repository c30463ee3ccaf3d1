// Elements and small charts; text goes in as text only, so nothing a customer wrote can become markup.
const SVG = "http://www.w3.org/2000/svg";

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function shape(tag, attributes, text) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

// The interval of harm as a bar: solid up to its low end (which ranks), pale up to its high end, a dot at the figure.
export function intervalBar(low, value, high, most, caption) {
  const at = (harm) => 4 + 192 * Math.sqrt(Math.min(1, harm / (most || 1)));
  const svg = shape("svg", { viewBox: "0 0 200 14", role: "img", "aria-label": caption });
  svg.append(
    shape("title", {}, caption),
    shape("rect", { class: "bar-track", x: 4, y: 6, width: 192, height: 2, rx: 1 }),
    shape("rect", { class: "bar-range", x: at(low), y: 3, width: Math.max(1, at(high) - at(low)), height: 8, rx: 4 }),
    shape("rect", { class: "bar-low", x: 4, y: 5, width: Math.max(0, at(low) - 4), height: 4, rx: 2 }),
    shape("circle", { class: "bar-dot", cx: at(value), cy: 7, r: 5 }),
  );
  return svg;
}

// One column a week; `weeks` is [{start, people}] in order.
export function weekColumns(weeks, caption) {
  const width = 480, height = 130, foot = 18, top = 14;
  const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": caption });
  svg.append(shape("title", {}, caption));
  const most = Math.max(1, ...weeks.map((week) => week.people));
  const step = width / Math.max(1, weeks.length);
  svg.append(shape("line", { class: "axis", x1: 0, x2: width, y1: height - foot, y2: height - foot }));
  const every = Math.ceil(weeks.length / 6);
  weeks.forEach((week, index) => {
    const tall = ((height - foot - top) * week.people) / most;
    const left = index * step;
    const column = shape("rect", { class: "col", x: left + step * 0.15, y: height - foot - tall, width: step * 0.7, height: tall, rx: 2 });
    column.append(shape("title", {}, `${week.start}: ${week.people}`));
    svg.append(column);
    if (index % every === 0) svg.append(shape("text", { x: left + step * 0.15, y: height - 4 }, week.start.slice(5)));
    if (week.people === most) svg.append(shape("text", { x: left + step * 0.15, y: height - foot - tall - 3 }, String(week.people)));
  });
  return svg;
}

// Text with some spans marked. Offsets count code points, as everywhere in voc.
export function marked(text, spans) {
  const points = Array.from(text);
  const box = make("div", { class: "text" });
  let at = 0;
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    if (span.start < at) continue;
    box.append(points.slice(at, span.start).join(""), make("mark", {}, points.slice(span.start, span.end).join("")));
    at = span.end;
  }
  box.append(points.slice(at).join(""));
  return box;
}

export const webAddress = (url) => (typeof url === "string" && /^https?:\/\//i.test(url) ? url : null);
