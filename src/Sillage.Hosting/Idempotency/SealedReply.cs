using System.Security.Cryptography;
using System.Text;

namespace Sillage.Hosting.Idempotency;

/// <summary>
/// A kept reply at rest: AES-256-GCM under a key derived from the client's own (HKDF, RFC 5869). The database holds only
/// the key's hash, so a reply with secrets in it (passwords shown once) can be read by nobody but who sends the key again.
/// </summary>
internal static class SealedReply
{
    private const byte Version = 1;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    public static byte[] Seal(KeptReply reply, string key, string scope)
    {
        using var plain = new MemoryStream(reply.Json.Length + 64);
        using (var writer = new BinaryWriter(plain, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(reply.Status);
            writer.Write(reply.NoStore);
            writer.Write(reply.Location is not null);
            writer.Write(reply.Location ?? "");
            writer.Write(reply.Json.Span);
        }

        var sealedReply = new byte[1 + NonceLength + TagLength + plain.Length];
        sealedReply[0] = Version;
        var (nonce, tag, cipher) = Parts(sealedReply);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(DeriveKey(key, scope), TagLength);
        aes.Encrypt(nonce, plain.GetBuffer().AsSpan(0, (int)plain.Length), cipher, tag);
        return sealedReply;
    }

    public static KeptReply Open(byte[] sealedReply, string key, string scope)
    {
        if (sealedReply.Length < 1 + NonceLength + TagLength || sealedReply[0] != Version)
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
        return new KeptReply(status, hasLocation ? location : null, plain.AsMemory((int)stream.Position), noStore);
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
