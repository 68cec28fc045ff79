using System.Security.Cryptography;

namespace Sillage.Accounts.Contracts.Erasures;

/// <summary>
/// How the list of erasures names whoever it is done with: by a digest of the account's id. Whoever has the id, as a backup from
/// before does, recognises it; the list itself leads to nobody.
/// </summary>
internal static class ErasedAccount
{
    private const string Prefix = "account:";

    /// <summary>SHA-256 of the id, after a word of our own, so that no other digest of it is the same.</summary>
    public static string NameOf(Guid account) =>
        Prefix
        + Convert.ToHexStringLower(SHA256.HashData([.. "sillage erasure "u8, .. account.ToByteArray(bigEndian: true)]));
}
