using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Sillage.Hosting.Authentication.Checking;

/// <summary>A SHA-256, as a key to look up by: what is remembered of a secret in place of the secret.</summary>
/// <param name="A">Its first eight bytes.</param>
/// <param name="B">The next.</param>
/// <param name="C">The next.</param>
/// <param name="D">The last.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct Digest(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>The digest of a secret with enough randomness of its own: a token, an API key.</summary>
    public static Digest Of(string secret)
    {
        // Our own tokens fit on the stack; each request passes here.
        const int Usual = 1024;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> usual = stackalloc byte[Usual];
        _ = Encoding.UTF8.TryGetBytes(secret, usual, out var length)
            ? SHA256.HashData(usual[..length], hash)
            : SHA256.HashData(Encoding.UTF8.GetBytes(secret), hash);
        return From(hash);
    }

    /// <summary>The same as bytes, as it is stored.</summary>
    public static byte[] BytesOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>The digest whose bytes these are.</summary>
    public static Digest From(ReadOnlySpan<byte> hash) => MemoryMarshal.Read<Digest>(hash);
}
