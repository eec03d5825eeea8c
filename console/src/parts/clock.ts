/** The time of day, told again every few seconds while somebody looks. */
import { useEffect, useState } from 'preact/hooks';

const everyMs = 5000;

export function useNow(): number {
  const [nowMs, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}
