"""Lines over logarithmic axes, as SVG: readable in light and dark mode."""

import math

STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#555}.t{font-weight:600;fill:#222}.g{stroke:#ddd}.l{fill:none;stroke-width:2}"
    ".a{stroke:#0969da;fill:#0969da}.b{stroke:#bc4c00;fill:#bc4c00}path.l{fill:none}circle{stroke:none}"
    "@media(prefers-color-scheme:dark){text{fill:#aaa}.t{fill:#eee}.g{stroke:#444}}"
)
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 300, 230, 52, 44, 40


def ticks(low, high):
    return [10.0**e for e in range(math.floor(low), math.ceil(high) + 1)]


def short(value):
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}"


def panel(at, title, x_label, series):
    """One chart; `series` is [(class, name, [(x, y)])], all above 0."""
    points = [p for _, _, ps in series for p in ps]
    bounds = []
    for axis in (0, 1):
        logs = [math.log10(max(p[axis], 1e-9)) for p in points]
        low, high = math.floor(min(logs)), math.ceil(max(logs))
        bounds.append((low, max(high, low + 1)))
    (x0, x1), (y0, y1) = bounds
    px = lambda x: LEFT + (math.log10(max(x, 1e-9)) - x0) / (x1 - x0) * (WIDTH - LEFT - 12)
    py = lambda y: HEIGHT - BOTTOM - (math.log10(max(y, 1e-9)) - y0) / (y1 - y0) * (HEIGHT - TOP - BOTTOM)
    parts = [f'<g transform="translate({at} 0)"><text class="t" x="8" y="18">{title}</text>']
    for y in ticks(y0, y1):
        parts.append(f'<path class="g" d="M{LEFT} {py(y):.1f}H{WIDTH - 12}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{py(y) + 4:.1f}" text-anchor="end">{short(y)}</text>')
    for x in ticks(x0, x1):
        parts.append(f'<text x="{px(x):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{short(x)}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 6}" text-anchor="middle">{x_label}</text>')
    for i, (kind, name, ps) in enumerate(series):
        data = "L".join(f"{px(x):.1f} {py(y):.1f}" for x, y in ps)
        parts.append(f'<path class="l {kind}" d="M{data}"/>')
        parts += [f'<circle class="{kind}" cx="{px(x):.1f}" cy="{py(y):.1f}" r="3"/>' for x, y in ps]
        parts.append(f'<circle class="{kind}" cx="{LEFT + 4 + 120 * i}" cy="32" r="4"/><text x="{LEFT + 12 + 120 * i}" y="36">{name}</text>')
    return "".join(parts) + "</g>"


def draw(found):
    train, extract = found["training"], found["extraction"]
    line = lambda rows, x, y: [(r[x], r[y]) for r in rows]
    memory = lambda rows, x: [("a", "anonymous", line(rows, x, "RssAnon")), ("b", "peak", line(rows, x, "VmHWM"))]
    panels = []
    if train:
        panels.append(("Seconds an epoch", "segments", [("a", f"{found['dim']} dimensions", line(train, "segments", "seconds_an_epoch"))]))
        panels.append(("Memory of training, MB", "segments", memory(train, "segments")))
    if extract:
        panels.append(("Extraction, µs a frame", "frames", [("a", "gradient", line(extract, "frames", "us_a_frame"))]))
        panels.append(("Memory of extraction, MB", "frames", memory(extract, "frames")))
    body = "".join(panel(i * WIDTH, *p) for i, p in enumerate(panels))
    size = f'width="{WIDTH * len(panels)}" height="{HEIGHT}" viewBox="0 0 {WIDTH * len(panels)} {HEIGHT}"'
    title = "Time and memory by size, logarithmic axes"
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{title}"><title>{title}</title><style>{STYLE}</style>{body}</svg>\n'
