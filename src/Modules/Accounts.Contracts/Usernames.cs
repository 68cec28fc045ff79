using System.Buffers;

namespace Sillage.Accounts.Contracts;

/// <summary>
/// What a user name may be: 1 to 64 of the letters A to Z in either case, digits and <c>. _ - @ +</c>, the first a letter
/// or digit. ASCII only, see ADR 0021.
/// </summary>
public static class Usernames
{
    /// <summary>The longest there may be.</summary>
    public const int MaximumLength = 64;

    /// <summary>What a user name may be, in words.</summary>
    public const string Rule =
        "1 to 64 letters (A to Z, a to z), digits and . _ - @ +, beginning with a letter or a digit.";

    private static readonly SearchValues<char> Allowed = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-@+"
    );

    /// <summary>Whether a text can be a user name.</summary>
    public static bool IsValid(string? username) =>
        username is { Length: > 0 and <= MaximumLength }
        && char.IsAsciiLetterOrDigit(username[0])
        && !username.AsSpan().ContainsAnyExcept(Allowed);

    /// <summary>The form by which names are compared.</summary>
    public static string Key(string username)
    {
        ArgumentNullException.ThrowIfNull(username);
        return username.ToUpperInvariant();
    }
}
