using System.ComponentModel.DataAnnotations;

namespace Sillage.Collections.Declared;

/// <summary>
/// Who may do what with the records of a collection: conditions in the filter language. One that is left out lets nobody but those who look after the
/// collection; <c>true</c> lets everybody, also without an account.
/// </summary>
/// <param name="Read">Which records one may list and read.</param>
/// <param name="Create">Which records one may create; judged on the new record, whose <c>owner</c> is who creates it.</param>
/// <param name="Update">Which records one may change; judged on the record before and after.</param>
/// <param name="Delete">Which records one may delete and restore.</param>
public sealed record Rules(string? Read = null, string? Create = null, string? Update = null, string? Delete = null);

/// <summary>A collection as it is declared.</summary>
/// <param name="Name">Its name in its space: 1 to 64 letters a to z, digits, <c>-</c> and <c>_</c>, the first a letter.</param>
/// <param name="Space">The space that it stands in, named by the same rules; <c>main</c> if left out.</param>
/// <param name="Description">What it is for, at most 500 characters.</param>
/// <param name="Fields">What its records hold, 1 to 100 fields.</param>
/// <param name="Rules">Who may do what; nobody but those who look after it, if left out.</param>
/// <param name="History">Whether every version of each record is kept; false if left out.</param>
public sealed record CollectionText(
    [property: Required] string Name,
    [property: Required, MinLength(1)] IReadOnlyList<Field> Fields,
    string? Space = null,
    [property: StringLength(500)] string? Description = null,
    Rules? Rules = null,
    bool? History = null
)
{
    /// <summary>The space of what names none.</summary>
    public const string MainSpace = "main";

    internal string InSpace => Space ?? MainSpace;
}
