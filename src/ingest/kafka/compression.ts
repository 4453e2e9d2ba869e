import kafkajs from 'kafkajs';
import * as zlib from 'node:zlib';
import { promisify } from 'node:util';

/**
 * The client reads gzip by itself; zstd is Node's own from 22.15 on. What is missing (snappy, lz4, and zstd on an older Node) is an error of the client that names it.
 * The client has one table of codecs for all its instances.
 */
export function addCompression(): void {
  if (!('zstdDecompress' in zlib)) return;
  const compress = promisify(zlib.zstdCompress);
  const decompress = promisify(zlib.zstdDecompress);
  // Node finds no such names in the package, which is CommonJS.
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: ({ buffer }: { readonly buffer: Buffer }) => compress(buffer),
    decompress: (bytes: Buffer) => decompress(bytes),
  });
}
