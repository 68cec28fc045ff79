using System.ComponentModel.DataAnnotations;

namespace Sillage.Accounts.Identity;

/// <summary>Refuses control characters: a name to show is one line.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class PlainTextAttribute() : ValidationAttribute("One line, without control characters.")
{
    public override bool IsValid(object? value) => value is not string text || !text.Any(char.IsControl);
}

/// <summary>
/// Refuses what cannot be an address (RFC 5321 sizes): a part on each side of one <c>@</c>, no space, no control
/// character. Whether it exists only a letter can tell.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class EmailAttribute() : ValidationAttribute("An e-mail address of at most 254 characters.")
{
    public override bool IsValid(object? value) => value is null || (value is string text && Is(text));

    /// <summary>Whether a text could be one.</summary>
    public static bool Is(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return text.Length <= 254
            && at is > 0 and <= 64
            && at == text.LastIndexOf('@')
            && at < text.Length - 1
            && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '<' or '>' or ',' or ';');
    }
}
