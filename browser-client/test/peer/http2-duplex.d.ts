declare module 'http2-duplex' {
  import { EventEmitter } from 'node:events';
  import { Http2Server } from 'node:http2';

  export class Http2DuplexServer extends EventEmitter {
    constructor(server: Http2Server, path: string, options?: object);
    detach(): void;
  }
}
