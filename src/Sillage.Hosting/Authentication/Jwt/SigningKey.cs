using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Sillage.Hosting.Authentication.Jwt;

/// <summary>
/// A P-256 key for ES256 (RFC 7518 section 3.4), named by its thumbprint (RFC 7638). Safe to use from many threads: each
/// use borrows an <see cref="ECDsa"/> of its own from a small pool, because importing a key costs more than a signature.
/// </summary>
public sealed class SigningKey : IDisposable
{
    /// <summary>The length of an ES256 signature: r and s, 32 bytes each.</summary>
    public const int SignatureLength = 64;

    private readonly ECParameters _parameters;
    private readonly ConcurrentBag<ECDsa> _pool = [];

    private SigningKey(ECParameters parameters)
    {
        _parameters = parameters;
        PublicKey = new JsonWebKey
        {
            X = Base64Url.EncodeToString(parameters.Q.X),
            Y = Base64Url.EncodeToString(parameters.Q.Y),
        };
        Kid = PublicKey.Thumbprint();
        PublicKey = PublicKey with { Kid = Kid };
    }

    /// <summary>The key's name: the SHA-256 thumbprint of its public part.</summary>
    public string Kid { get; }

    /// <summary>The public part, as it is published.</summary>
    public JsonWebKey PublicKey { get; }

    /// <summary>Whether this holds the private part too, and so can sign.</summary>
    public bool CanSign => _parameters.D is not null;

    /// <summary>A new key.</summary>
    public static SigningKey Generate()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new SigningKey(ecdsa.ExportParameters(includePrivateParameters: true));
    }

    /// <summary>A key kept as PKCS #8.</summary>
    /// <exception cref="CryptographicException">It is not a P-256 private key.</exception>
    public static SigningKey FromPkcs8(ReadOnlySpan<byte> pkcs8)
    {
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportPkcs8PrivateKey(pkcs8, out _);
        var parameters = ecdsa.ExportParameters(includePrivateParameters: true);
        return ecdsa.KeySize == 256 && parameters.Curve.Oid?.Value is null or "1.2.840.10045.3.1.7"
            ? new SigningKey(parameters)
            : throw new CryptographicException("The key is not on the curve P-256.");
    }

    /// <summary>A public key, able to verify only.</summary>
    /// <exception cref="CryptographicException">It is not a P-256 key, or its point is not on the curve.</exception>
    public static SigningKey FromPublic(JsonWebKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key is not { Kty: "EC", Crv: "P-256", Alg: null or "ES256", Use: null or "sig" })
        {
            throw new CryptographicException("The key is not a P-256 key for signatures.");
        }

        try
        {
            var parameters = new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = Base64Url.DecodeFromChars(key.X), Y = Base64Url.DecodeFromChars(key.Y) },
            };
            using var check = ECDsa.Create(parameters);
            return new SigningKey(parameters);
        }
        catch (FormatException e)
        {
            throw new CryptographicException("The key's coordinates are not base64url.", e);
        }
    }

    /// <summary>The private key as PKCS #8, to be kept secret.</summary>
    public byte[] ExportPkcs8()
    {
        using var ecdsa = ECDsa.Create(_parameters);
        return ecdsa.ExportPkcs8PrivateKey();
    }

    /// <summary>Signs with SHA-256, in the form of RFC 7518: r then s.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        if (!CanSign)
        {
            throw new InvalidOperationException("This key has no private part.");
        }

        var ecdsa = Borrow();
        try
        {
            return ecdsa.SignData(data, HashAlgorithmName.SHA256);
        }
        finally
        {
            _pool.Add(ecdsa);
        }
    }

    /// <summary>Whether the signature is this key's over the data.</summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureLength)
        {
            return false;
        }

        var ecdsa = Borrow();
        try
        {
            return ecdsa.VerifyData(data, signature, HashAlgorithmName.SHA256);
        }
        finally
        {
            _pool.Add(ecdsa);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        while (_pool.TryTake(out var ecdsa))
        {
            ecdsa.Dispose();
        }
    }

    private ECDsa Borrow() => _pool.TryTake(out var ecdsa) ? ecdsa : ECDsa.Create(_parameters);
}

/// <summary>The public part of a P-256 key (RFC 7517, RFC 7518 section 6.2).</summary>
public sealed record JsonWebKey
{
    /// <summary>The key's type: an elliptic curve.</summary>
    public string Kty { get; init; } = "EC";

    /// <summary>The curve.</summary>
    public string Crv { get; init; } = "P-256";

    /// <summary>The point's x, base64url.</summary>
    public required string X { get; init; }

    /// <summary>The point's y, base64url.</summary>
    public required string Y { get; init; }

    /// <summary>The key's name.</summary>
    public string? Kid { get; init; }

    /// <summary>What it is for: signatures.</summary>
    public string? Use { get; init; } = "sig";

    /// <summary>The algorithm that it is used with.</summary>
    public string? Alg { get; init; } = JwtCodec.Algorithm;

    /// <summary>RFC 7638: the SHA-256 of the required members, in order of their names, without any space.</summary>
    public string Thumbprint()
    {
        var members = $$"""{"crv":"{{Crv}}","kty":"{{Kty}}","x":"{{X}}","y":"{{Y}}"}""";
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(members)));
    }
}

/// <summary>The keys that tokens may be signed with (RFC 7517 section 5), as served at <c>/.well-known/jwks.json</c>.</summary>
/// <param name="Keys">The keys, newest first.</param>
public sealed record JsonWebKeySet(IReadOnlyList<JsonWebKey> Keys);
