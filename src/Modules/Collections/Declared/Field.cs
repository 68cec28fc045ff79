using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Sillage.Collections.Declared;

/// <summary>A field of a collection's records.</summary>
/// <param name="Name">
/// Its name: 1 to 64 letters a to z, digits and <c>_</c>, the first no digit. Not a word of the filter language, nor a member that every record has.
/// </param>
/// <param name="Type">What it holds.</param>
/// <param name="Id">
/// Its number, which the server gives and which stays with it. Sent back with another name, it is this field that gets the name, with all it holds.
/// </param>
/// <param name="Required">Whether every record must have a value; false if left out.</param>
/// <param name="Unique">Whether no two records have the same value; false if left out.</param>
/// <param name="Index">Whether filters and orders of a large collection may go by it; false if left out.</param>
/// <param name="Search">Whether <c>q</c> looks for words in it; false if left out. For string, text, enum, email and url that everybody sees.</param>
/// <param name="Hidden">Whether only those who look after the collection know of it; false if left out.</param>
/// <param name="Many">Whether it holds a list, at most 100 items; for string, enum and relation only.</param>
/// <param name="Default">What it holds in a new record that does not say.</param>
/// <param name="Minimum">The least value, for integer, number, decimal, date and timestamp.</param>
/// <param name="Maximum">The greatest value, for the same.</param>
/// <param name="MaxLength">The most characters, for string, text, email and url.</param>
/// <param name="Pattern">A regular expression that the whole of a string or text must match; without backreferences and lookaround.</param>
/// <param name="Values">The words that an enum takes, 1 to 200.</param>
/// <param name="Scale">How many decimals a decimal has, 0 to 9; 2 if left out.</param>
/// <param name="To">The collection that a relation refers to, in the same space.</param>
/// <param name="See">Who may see, filter and sort by it: a rule about <c>@me</c> only. Everybody who may read the record, if left out.</param>
/// <param name="Set">Who may set it: a rule about <c>@me</c> only. Everybody who may write the record, if left out.</param>
/// <param name="Description">What it means, at most 500 characters.</param>
/// <param name="Example">A value that it takes, for the documents.</param>
public sealed record Field(
    [property: Required] string Name,
    FieldKind Type,
    int? Id = null,
    bool? Required = null,
    bool? Unique = null,
    bool? Index = null,
    bool? Search = null,
    bool? Hidden = null,
    bool? Many = null,
    JsonElement? Default = null,
    JsonElement? Minimum = null,
    JsonElement? Maximum = null,
    int? MaxLength = null,
    string? Pattern = null,
    IReadOnlyList<string>? Values = null,
    int? Scale = null,
    string? To = null,
    string? See = null,
    string? Set = null,
    [property: StringLength(500)] string? Description = null,
    JsonElement? Example = null
)
{
    /// <summary>The most fields that a collection may have.</summary>
    public const int MaximumCount = 100;

    /// <summary>The longest text that an index takes.</summary>
    internal const int LongestIndexed = 500;

    /// <summary>How many characters it takes at most.</summary>
    internal int Longest =>
        MaxLength
        ?? Type switch
        {
            FieldKind.Text => 100_000,
            FieldKind.Email => 254,
            FieldKind.Url => Index is true || Unique is true ? LongestIndexed : 2000,
            _ => 255,
        };

    internal int Decimals => Scale ?? 2;

    internal bool IsText => Type is FieldKind.String or FieldKind.Text or FieldKind.Email or FieldKind.Url;

    internal bool IsMany => Many is true;
}
