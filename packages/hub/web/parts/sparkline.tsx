// A row of numbers as a small line.

interface SparklineProps {
  readonly values: readonly number[];
  readonly label: string;
}

const WIDTH = 80;
const HEIGHT = 20;
const COUNT = 60;

export function Sparkline({ values, label }: SparklineProps) {
  const most = Math.max(1, ...values);
  const points = values.map((value, at) => {
    const x = WIDTH - ((values.length - 1 - at) * WIDTH) / (COUNT - 1);
    return `${x.toFixed(1)},${(HEIGHT - 1 - (value / most) * (HEIGHT - 2)).toFixed(1)}`;
  });
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <polyline points={points.join(" ")} />
    </svg>
  );
}
