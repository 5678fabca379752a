// How is the log drawn? Bars as tall as it was busy; where it is seen closely, a tick per event.

const COLUMN = 3; // pixels
const TICKS_FROM = 5; // pixels an event has for itself
const WAITS = 12; // gaps that are labelled at most

class Track {
  constructor(canvas, waits) {
    this.canvas = canvas;
    this.waits = waits;
  }

  draw(view, position, accent) {
    const { canvas } = this;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const pen = penOf(canvas);
    const passed = view.share(position) * width;
    const ticks = view.line.exact && width / Math.max(1, view.width) >= TICKS_FROM;
    const bars = ticks ? this.ticks(view, width) : this.columns(view, width);
    pen.fillStyle = accent;
    for (const [x, wide, share] of bars) {
      const tall = Math.max(1.5, share * (height - 4));
      pen.globalAlpha = x <= passed ? 0.62 : 0.18;
      pen.fillRect(x, height - tall, wide, tall);
    }
    pen.globalAlpha = 0.35;
    pen.fillRect(0, height - 1, width, 1);
    this.label(view.line.exact ? this.gaps(view, width) : []);
  }

  ticks(view, width) {
    const found = [];
    for (let p = Math.max(1, view.from); p <= view.to; p++) {
      found.push([view.share(p) * width - 1, 2, 0.7]);
    }
    return found;
  }

  // In true time a column is as tall as it holds events; in even steps, as they came densely.
  columns(view, width) {
    const count = Math.max(1, Math.floor(width / COLUMN));
    const edges = Array.from({ length: count + 1 }, (_, index) => this.edge(view, index / count));
    const busy = edges.slice(1).map(([place, time], index) => {
      const events = place - edges[index][0];
      return view.scale === "even" ? Math.log1p(events / Math.max(1, time - edges[index][1])) : events;
    });
    const [least, most] = [Math.min(...busy), Math.max(...busy)];
    const low = view.scale === "even" ? Math.log(least || 1e-9) - 0.5 : 0;
    const high = view.scale === "even" ? Math.log(most || 1) : most;
    const tall = (one) => (view.scale === "even" ? Math.log(one || 1e-9) : one);
    return busy.map((one, index) => [
      index * COLUMN,
      COLUMN - 0.6,
      one && high > low ? (tall(one) - low) / (high - low) : one ? 1 : 0,
    ]);
  }

  edge(view, share) {
    const { line, from, to } = view;
    if (view.scale === "even") {
      const place = from + share * (to - from);
      return [place, line.time(place)];
    }
    const time = line.time(from) + share * (line.time(to) - line.time(from));
    return [share === 0 ? from : line.place(time), time];
  }

  // How long nothing happened: the longest waits that have room for their label.
  gaps(view, width) {
    const found = [];
    for (let p = Math.max(1, view.from) + 1; p <= view.to; p++) {
      const told = lasting(view.line.time(p) - view.line.time(p - 1));
      const [left, right] = [view.share(p - 1) * width, view.share(p) * width];
      if (told && right - left > 14 + 6 * told.length) found.push([(left + right) / 2, right - left, told]);
    }
    return found.sort((a, b) => b[1] - a[1]).slice(0, WAITS);
  }

  label(gaps) {
    const labels = gaps.map(([x, , told]) => {
      const label = document.createElement("span");
      label.textContent = told;
      label.style.left = `${x}px`;
      return label;
    });
    this.waits.replaceChildren(...labels);
  }
}

// A pen that counts in the page's own pixels, on a canvas that was wiped.
function penOf(canvas) {
  const scale = devicePixelRatio || 1;
  canvas.width = canvas.clientWidth * scale;
  canvas.height = canvas.clientHeight * scale;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  return pen;
}
