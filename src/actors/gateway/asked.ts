/** What a request asks for, checked: the rest of the gateway is given nothing else. */
import { z } from 'zod';
import { ReelkeepError } from '../../domain/errors.js';

/** @throws ReelkeepError `usage`, which says what is wrong */
export function asked<Shape extends z.ZodType>(shape: Shape, given: unknown): z.infer<Shape> {
  const parsed = shape.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ReelkeepError('usage', z.prettifyError(parsed.error));
}
