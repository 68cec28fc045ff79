using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sillage.Api.Problems;

namespace Sillage.Schema;

/// <summary>What a field of a study's traces holds.</summary>
public enum FieldType
{
    /// <summary>Text.</summary>
    String,

    /// <summary>A whole number of at most 64 bits; 5.0 is one.</summary>
    Integer,

    /// <summary>A number within the range of IEEE 754 double precision.</summary>
    Number,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>A point in time as RFC 3339 text.</summary>
    Timestamp,

    /// <summary>Any JSON value.</summary>
    Json,
}

/// <summary>What becomes of members of a trace's data that are no declared field.</summary>
public enum UnknownFields
{
    /// <summary>They are stored with the rest.</summary>
    Keep,

    /// <summary>The trace is rejected.</summary>
    Refuse,
}

/// <summary>How a field's values appear to those who read traces without seeing identities.</summary>
public enum FieldExport
{
    /// <summary>As they are.</summary>
    Keep,

    /// <summary>Not at all: the field has no column and no member.</summary>
    LeaveOut,

    /// <summary>
    /// As tokens: the same text has the same token throughout the study, and none can be turned back without the study's key.
    /// </summary>
    Mask,
}

/// <summary>A field that a study's traces have.</summary>
/// <param name="Name">
/// Its name in <c>data</c>: 1 to 64 letters, digits, <c>_</c>, <c>-</c> or <c>.</c>, the first a letter or <c>_</c>.
/// </param>
/// <param name="Type">What it holds.</param>
/// <param name="Required">Whether every trace must have it; false if left out.</param>
/// <param name="MaxLength">The most characters (Unicode code points), 1 to 1 000 000; for strings only.</param>
/// <param name="Values">The values allowed, 1 to 1000 of the field's type; for strings, integers and numbers only.</param>
/// <param name="Description">What it means, for the codebook; at most 500 characters.</param>
/// <param name="Unit">What its numbers count, for the codebook (<c>s</c>, <c>points</c>); at most 50 characters.</param>
/// <param name="Export">
/// How it appears to those who read traces without seeing identities: <c>keep</c> (the default), <c>leave-out</c>, or, for
/// strings only, <c>mask</c>.
/// </param>
public sealed partial record FieldDefinition(
    [property: Required] string Name,
    FieldType Type,
    bool? Required = null,
    int? MaxLength = null,
    IReadOnlyList<JsonElement>? Values = null,
    string? Description = null,
    string? Unit = null,
    FieldExport? Export = null
)
{
    /// <summary>The most fields that a study may declare.</summary>
    public const int MaximumCount = 200;

    private const int MaximumDescription = 500;

    private const int MaximumUnit = 50;

    /// <summary>What is wrong with the fields of a study, with pointers into the request.</summary>
    public static IEnumerable<FieldError> Check(IReadOnlyList<FieldDefinition> fields)
    {
        if (fields.Count > MaximumCount)
        {
            yield return new FieldError("/fields", $"At most {MaximumCount} fields.");
            yield break;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < fields.Count; i++)
        {
            var at = $"/fields/{i}";
            if (fields[i] is not { } field)
            {
                yield return new FieldError(at, "An object is expected.");
                continue;
            }

            if (field.Name is null || !NamePattern().IsMatch(field.Name))
            {
                yield return new FieldError(
                    $"{at}/name",
                    "1 to 64 letters, digits, '_', '-' or '.', of which the first is a letter or '_'."
                );
            }
            else if (!names.Add(field.Name))
            {
                yield return new FieldError($"{at}/name", "Another field has this name.");
            }

            foreach (var error in field.CheckLimits(at).Concat(field.CheckPresentation(at)))
            {
                yield return error;
            }
        }
    }

    private IEnumerable<FieldError> CheckLimits(string at)
    {
        if (!Enum.IsDefined(Type))
        {
            yield return new FieldError($"{at}/type", "One of string, integer, number, boolean, timestamp, json.");
        }

        if (MaxLength is { } length && (Type != FieldType.String || length is < 1 or > 1_000_000))
        {
            yield return new FieldError($"{at}/maxLength", "From 1 to 1000000, and for fields of type string only.");
        }

        if (Values is null)
        {
            yield break;
        }

        if (Type is not (FieldType.String or FieldType.Integer or FieldType.Number) || Values.Count is < 1 or > 1000)
        {
            yield return new FieldError(
                $"{at}/values",
                "1 to 1000 values, and for fields of type string, integer or number only."
            );
            yield break;
        }

        for (var i = 0; i < Values.Count; i++)
        {
            if (!Fits(Values[i]))
            {
                yield return new FieldError($"{at}/values/{i}", "A value of the field's own type and length.");
            }
        }
    }

    private IEnumerable<FieldError> CheckPresentation(string at)
    {
        if (!IsLine(Description, MaximumDescription))
        {
            yield return new FieldError(
                $"{at}/description",
                $"At most {MaximumDescription} characters, none of them a control character."
            );
        }

        if (!IsLine(Unit, MaximumUnit))
        {
            yield return new FieldError(
                $"{at}/unit",
                $"At most {MaximumUnit} characters, none of them a control character."
            );
        }

        if (Export is FieldExport.Mask && Type != FieldType.String)
        {
            yield return new FieldError($"{at}/export", "Only fields of type string can be masked; leave it out.");
        }
    }

    private static bool IsLine(string? text, int longest) =>
        text is null || (text.Length <= longest && !text.Any(char.IsControl));

    private bool Fits(JsonElement value) =>
        Type switch
        {
            FieldType.String => value.ValueKind == JsonValueKind.String
                && !value.GetString()!.Contains('\0', StringComparison.Ordinal)
                && (MaxLength is not { } most || value.GetString()!.EnumerateRunes().Count() <= most),
            FieldType.Integer => WholeNumber.TryGet(value, out _),
            FieldType.Number => value.ValueKind == JsonValueKind.Number
                && value.TryGetDouble(out var number)
                && double.IsFinite(number),
            _ => false,
        };

    /// <summary>Whether everything that <paramref name="old"/> let through is let through by this field too.</summary>
    public bool IsAsLooseAs(FieldDefinition old) =>
        (Type == old.Type || IsWiderThan(old.Type))
        && (Required is not true || old.Required is true)
        && (MaxLength is null || MaxLength >= old.MaxLength)
        && (
            Values is null
            || (old.Values is { } before && before.All(b => Values.Any(v => JsonElement.DeepEquals(b, v))))
        );

    /// <summary>Whether its type takes whatever the other takes: numbers, where there were whole numbers.</summary>
    public bool IsWiderThan(FieldType old) => (old, Type) is (FieldType.Integer, FieldType.Number);

    /// <summary>Whether readers who may not see identities would see more of it than by <paramref name="old"/>.</summary>
    public bool ShowsMoreThan(FieldDefinition old) => Openness(Export) > Openness(old.Export);

    private static int Openness(FieldExport? export) =>
        export switch
        {
            FieldExport.LeaveOut => 0,
            FieldExport.Mask => 1,
            _ => 2,
        };

    // \z rather than $, which lets a final line feed through.
    [GeneratedRegex(
        @"\A[\p{L}_][\p{L}\p{Nd}_.\-]{0,63}\z",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex NamePattern();
}
