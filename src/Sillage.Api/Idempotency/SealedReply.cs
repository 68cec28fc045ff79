using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Sillage.Api.Idempotency;

/// <summary>
/// A kept reply at rest: AES-256-GCM under a key derived from the client's own (HKDF, RFC 5869). The database holds only
/// the key's hash, so a reply with secrets in it (passwords shown once) can be read by nobody but who sends the key again.
/// </summary>
internal static class SealedReply
{
    private const byte Plain = 1;
    private const byte Packed = 2;

    // A long list of faults says the same again and again.
    private const int WorthPacking = 1024;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    public static byte[] Seal(KeptReply reply, string key, string scope)
    {
        var isPacked = reply.Json.Length > WorthPacking;
        var json = isPacked ? Pack(reply.Json.Span) : reply.Json;
        using var plain = new MemoryStream(json.Length + 64);
        using (var writer = new BinaryWriter(plain, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(reply.Status);
            writer.Write(reply.NoStore);
            writer.Write(reply.Location is not null);
            writer.Write(reply.Location ?? "");
            writer.Write(json.Span);
        }

        var sealedReply = new byte[1 + NonceLength + TagLength + plain.Length];
        sealedReply[0] = isPacked ? Packed : Plain;
        var (nonce, tag, cipher) = Parts(sealedReply);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(DeriveKey(key, scope), TagLength);
        aes.Encrypt(nonce, plain.GetBuffer().AsSpan(0, (int)plain.Length), cipher, tag);
        return sealedReply;
    }

    public static KeptReply Open(byte[] sealedReply, string key, string scope)
    {
        if (sealedReply.Length < 1 + NonceLength + TagLength || sealedReply[0] is not (Plain or Packed))
        {
            throw new CryptographicException("A kept reply is of a form that this version does not know.");
        }

        var (nonce, tag, cipher) = Parts(sealedReply);
        var plain = new byte[cipher.Length];
        using var aes = new AesGcm(DeriveKey(key, scope), TagLength);
        aes.Decrypt(nonce, cipher, tag, plain);
        using var stream = new MemoryStream(plain, writable: false);
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        var status = reader.ReadInt32();
        var noStore = reader.ReadBoolean();
        var hasLocation = reader.ReadBoolean();
        var location = reader.ReadString();
        ReadOnlyMemory<byte> json = plain.AsMemory((int)stream.Position);
        return new KeptReply(
            status,
            hasLocation ? location : null,
            sealedReply[0] == Packed ? Unpack(json) : json,
            noStore
        );
    }

    private static ReadOnlyMemory<byte> Pack(ReadOnlySpan<byte> json)
    {
        var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            brotli.Write(json);
        }

        return packed.GetBuffer().AsMemory(0, (int)packed.Length);
    }

    private static ReadOnlyMemory<byte> Unpack(ReadOnlyMemory<byte> packed)
    {
        using var brotli = new BrotliStream(
            new MemoryStream(packed.ToArray(), writable: false),
            CompressionMode.Decompress
        );
        var json = new MemoryStream();
        brotli.CopyTo(json);
        return json.GetBuffer().AsMemory(0, (int)json.Length);
    }

    private static PartsOf Parts(byte[] sealedReply) =>
        new(
            sealedReply.AsSpan(1, NonceLength),
            sealedReply.AsSpan(1 + NonceLength, TagLength),
            sealedReply.AsSpan(1 + NonceLength + TagLength)
        );

    private static byte[] DeriveKey(string key, string scope) =>
        HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            Encoding.ASCII.GetBytes(key),
            outputLength: 32,
            salt: Encoding.UTF8.GetBytes(scope),
            info: "sillage idempotency 1"u8.ToArray()
        );

    private readonly ref struct PartsOf(Span<byte> nonce, Span<byte> tag, Span<byte> cipher)
    {
        private readonly Span<byte> _nonce = nonce;
        private readonly Span<byte> _tag = tag;
        private readonly Span<byte> _cipher = cipher;

        public void Deconstruct(out Span<byte> nonce, out Span<byte> tag, out Span<byte> cipher)
        {
            nonce = _nonce;
            tag = _tag;
            cipher = _cipher;
        }
    }
}
