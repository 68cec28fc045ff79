using System.Security.Cryptography;

namespace Sillage.Accounts.Passwords;

/// <summary>
/// A password to print and type: three groups of four of 32 letters and digits without those taken for one another
/// (0 and o, 1 and l): 60 random bits.
/// </summary>
internal static class GeneratedPassword
{
    private const string Alphabet = "abcdefghijkmnpqrstuvwxyz23456789";

    public static string Create() =>
        string.Join('-', Enumerable.Range(0, 3).Select(_ => RandomNumberGenerator.GetString(Alphabet, 4)));
}
