using System.Text.RegularExpressions;

namespace Sillage.Collections.Declared;

/// <summary>How values compare: two of the same sort do, those of others do not.</summary>
internal enum Sort
{
    /// <summary>Text, by its bytes in UTF-8.</summary>
    Text,

    /// <summary>A whole number.</summary>
    Whole,

    /// <summary>A number in double precision.</summary>
    Real,

    /// <summary>True or false.</summary>
    Truth,

    /// <summary>Microseconds since 1970.</summary>
    Time,

    /// <summary>A day, as text.</summary>
    Day,

    /// <summary>Microseconds.</summary>
    Span,

    /// <summary>A whole number of the last decimal.</summary>
    Decimal,

    /// <summary>The id of a record or an account.</summary>
    Id,

    /// <summary>What does not compare.</summary>
    None,
}

/// <summary>A field with what is worked out of it once.</summary>
/// <param name="Field">As it is declared.</param>
/// <param name="Slot">Under which number its values are stored: of all collections no other field has it.</param>
/// <param name="Ordinal">Its place among the fields.</param>
internal sealed record FieldPlan(Field Field, long Slot, int Ordinal)
{
    private object? _least;
    private object? _most;

    /// <summary>The number as a member of the stored object.</summary>
    public string Key { get; } = Slot.ToString();

    public string Name => Field.Name;

    /// <summary>The least value, as it is stored; null where there is none.</summary>
    public object? Least => _least ??= Bound(Field.Minimum);

    /// <summary>The greatest value, as it is stored; null where there is none.</summary>
    public object? Most => _most ??= Bound(Field.Maximum);

    public Sort Sort { get; } =
        Field.Type switch
        {
            FieldKind.Integer => Sort.Whole,
            FieldKind.Number => Sort.Real,
            FieldKind.Decimal => Sort.Decimal,
            FieldKind.Boolean => Sort.Truth,
            FieldKind.Date => Sort.Day,
            FieldKind.Timestamp => Sort.Time,
            FieldKind.Duration => Sort.Span,
            FieldKind.Relation => Sort.Id,
            FieldKind.Json => Sort.None,
            _ => Sort.Text,
        };

    public Regex? Pattern { get; } =
        Field.Pattern is null
            ? null
            : new Regex($@"\A(?:{Field.Pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <summary>Whether an index holds its values.</summary>
    public bool IsIndexed => Field.Index is true;

    /// <summary>Whether words are looked for in it.</summary>
    public bool IsSearched => Field.Search is true;

    public bool IsUnique => Field.Unique is true;

    private object? Bound(System.Text.Json.JsonElement? bound) =>
        bound is { } json
            ? ValueReader.Read(new FieldPlan(Field with { Minimum = null, Maximum = null }, 0, 0), json, false, out _)
            : null;
}
