using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Sillage.Accounts.Authority;

/// <summary>A SHA-256, as a key to look up by: what is remembered of a secret in place of the secret.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct Digest(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>The digest of a secret with enough randomness of its own: a token, an API key.</summary>
    public static Digest Of(string secret)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(secret), hash);
        return From(hash);
    }

    /// <summary>The same as bytes, as it is stored.</summary>
    public static byte[] BytesOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    public static Digest From(ReadOnlySpan<byte> hash) => MemoryMarshal.Read<Digest>(hash);
}
