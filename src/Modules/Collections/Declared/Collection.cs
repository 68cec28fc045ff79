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
/// <param name="Path">An address of its own for its records: <c>/books</c> or <c>/api/books</c>, which nothing else has. None if left out.</param>
/// <param name="Form">How its records are answered at that address; <c>page</c> if left out.</param>
public sealed record CollectionText(
    [property: Required] string Name,
    [property: Required, MinLength(1)] IReadOnlyList<Field> Fields,
    string? Space = null,
    [property: StringLength(500)] string? Description = null,
    Rules? Rules = null,
    bool? History = null,
    string? Path = null,
    CollectionForm? Form = null
)
{
    /// <summary>The space of what names none.</summary>
    public const string MainSpace = "main";

    internal string InSpace => Space ?? MainSpace;
}

/// <summary>How records are answered at a collection's own address.</summary>
public enum CollectionForm
{
    /// <summary>As everywhere: a list comes in pages, and each record with all its members.</summary>
    Page,

    /// <summary>The same, but a list is a bare array.</summary>
    Array,

    /// <summary>
    /// As a FastAPI application has it: a list is a bare array, a record is its id and its fields, a new one is answered with 200, members that are not known are passed
    /// over, and a body that does not validate is 422 with <c>detail</c>.
    /// </summary>
    FastApi,
}
