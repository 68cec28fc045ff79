using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Sillage.Api.Problems;

namespace Sillage.Collections.Declared;

/// <summary>What collections, spaces and fields may be called.</summary>
internal static partial class Names
{
    private const string ExpectedCollection =
        "1 to 64 letters a to z, digits, '-' and '_', of which the first is a letter.";

    private const string ExpectedField = "1 to 64 letters, digits and '_', of which the first is no digit.";

    /// <summary>The members that every record has.</summary>
    public static FrozenSet<string> System { get; } =
        new[] { "id", "owner", "created", "updated", "links", "expand" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Words = new[]
    {
        "and",
        "or",
        "not",
        "has",
        "in",
        "true",
        "false",
        "null",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static FieldError? CheckCollection(string pointer, string? name) =>
        name is not null && CollectionPattern().IsMatch(name) ? null : new FieldError(pointer, ExpectedCollection);

    public static FieldError? CheckField(string pointer, string? name) =>
        name is null || !FieldPattern().IsMatch(name) ? new FieldError(pointer, ExpectedField)
        : System.Contains(name) ? new FieldError(pointer, "Every record has this already.")
        : Words.Contains(name) ? new FieldError(pointer, "This is a word of the filter language.")
        : null;

    [GeneratedRegex(@"\A[a-z][a-z0-9_\-]{0,63}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CollectionPattern();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,63}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FieldPattern();
}
