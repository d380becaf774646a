// Every browser that this package runs in has its own.
export const { AbortController, AbortSignal } = globalThis;
