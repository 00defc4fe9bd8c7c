import type * as z from "zod/mini";

type Values<Read, Sent> = Read extends readonly (infer R)[]
  ? Sent extends readonly (infer S)[]
    ? Problem<R, S>
    : "the API sends no list"
  : Read extends object
    ? Sent extends object
      ? string extends keyof Read
        ? Problem<Read[keyof Read], Sent[keyof Sent]>
        : keyof Problems<Read, Sent> extends never
          ? never
          : Problems<Read, Sent>
      : "the API sends no object"
    : Read extends Sent
      ? never
      : [Sent] extends [Read]
        ? never
        : "the API sends another type";

type Problem<Read, Sent> =
  | (null extends Sent ? (null extends Read ? never : "the API may send null") : never)
  | Values<NonNullable<Read>, NonNullable<Sent>>;

type Problems<Read, Sent> = {
  [K in keyof Read as K extends keyof Sent
    ? [Problem<Read[K], Sent[K]>] extends [never]
      ? never
      : K
    : K]: K extends keyof Sent ? Problem<Read[K], Sent[K]> : "the API sends no such field";
};

/**
 * True if a run-time schema reads only fields that the API's OpenAPI document has, with values that it may send,
 * and accepts null if the API may send it; otherwise the fields that differ.
 */
export type Agrees<S extends z.ZodMiniType, Sent> = [Problem<z.input<S>, Sent>] extends [never]
  ? true
  : Problem<z.input<S>, Sent>;

/** Fails to compile unless `T` is true. */
export type Assert<T extends true> = T;
