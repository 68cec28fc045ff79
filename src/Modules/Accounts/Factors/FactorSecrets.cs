using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts;

namespace Sillage.Accounts.Factors;

/// <summary>
/// The secrets that apps compute codes from, as they are kept: sealed under <see cref="AccountsOptions.SecondFactorSecret"/> where it
/// is set, so that neither the database nor a backup gives them away.
/// </summary>
internal sealed class FactorSecrets(IOptions<AccountsOptions> options)
{
    private const byte Plain = 0;
    private const byte Sealed = 1;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly byte[]? _key = options.Value.SecondFactorSecret is { Length: > 0 } secret
        ? HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            Encoding.UTF8.GetBytes(secret),
            32,
            null,
            "second factor"u8.ToArray()
        )
        : null;

    /// <summary>The secret as it is kept: a byte that says how, and the rest.</summary>
    public byte[] Keep(Guid account, byte[] secret)
    {
        if (_key is null)
        {
            return [Plain, .. secret];
        }

        var kept = new byte[1 + NonceLength + TagLength + secret.Length];
        kept[0] = Sealed;
        var nonce = kept.AsSpan(1, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagLength);
        aes.Encrypt(
            nonce,
            secret,
            kept.AsSpan(1 + NonceLength + TagLength),
            kept.AsSpan(1 + NonceLength, TagLength),
            account.ToByteArray()
        );
        return kept;
    }

    /// <summary>The secret; null if it was sealed under another one of the settings.</summary>
    public byte[]? Read(Guid account, byte[] kept)
    {
        if (kept[0] == Plain)
        {
            return kept[1..];
        }

        if (_key is null)
        {
            return null;
        }

        var secret = new byte[kept.Length - 1 - NonceLength - TagLength];
        using var aes = new AesGcm(_key, TagLength);
        try
        {
            aes.Decrypt(
                kept.AsSpan(1, NonceLength),
                kept.AsSpan(1 + NonceLength + TagLength),
                kept.AsSpan(1 + NonceLength, TagLength),
                secret,
                account.ToByteArray()
            );
            return secret;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
