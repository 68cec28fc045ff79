using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sillage.Schema;

namespace Sillage.Collections.Declared;

/// <summary>Reads values as they are sent, into the form that they are stored in.</summary>
internal static partial class ValueReader
{
    /// <summary>The most items of a list.</summary>
    public const int MostItems = 100;

    private const int LongestJson = 100_000;

    /// <summary>One value of a field; null where it is none, and <paramref name="error"/> says why.</summary>
    /// <param name="field">The field.</param>
    /// <param name="json">What was sent.</param>
    /// <param name="isXml">Whether it came as XML, which says of a number only that it is text.</param>
    /// <param name="error">What is wrong.</param>
    public static object? Read(FieldPlan field, JsonElement json, bool isXml, out string? error)
    {
        error = null;
        var value = field.Field.Type switch
        {
            FieldKind.Integer => WholeNumber.TryGet(Typed(json, isXml), out var whole)
                ? whole
                : Fail("A whole number of at most 64 bits is expected.", out error),
            FieldKind.Number => Typed(json, isXml) is { ValueKind: JsonValueKind.Number } number
            && number.TryGetDouble(out var real)
            && double.IsFinite(real)
                ? real
                : Fail("A number is expected.", out error),
            FieldKind.Boolean => Typed(json, isXml).ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                _ => Fail("true or false is expected.", out error),
            },
            FieldKind.Decimal => json.ValueKind is JsonValueKind.String or JsonValueKind.Number
            && Scalars.TryDecimal(Written(json), field.Field.Decimals, out var units)
                ? units
                : Fail(Scalars.ExpectedDecimal(field.Field.Decimals), out error),
            FieldKind.Json => json.GetRawText() is { Length: <= LongestJson } raw
                ? raw
                : Fail($"A JSON value of at most {LongestJson} characters is expected.", out error),
            _ => json.ValueKind == JsonValueKind.String
                ? OfText(field, json.GetString()!, out error)
                : Fail("A string is expected.", out error),
        };
        return value is null ? null
            : Outside(field, value) is { } outside ? Fail(outside, out error)
            : value;
    }

    private static object? OfText(FieldPlan field, string text, out string? error)
    {
        error = null;
        switch (field.Field.Type)
        {
            case FieldKind.Date:
                return Scalars.IsDay(text) ? text : Fail(Scalars.ExpectedDay, out error);
            case FieldKind.Timestamp:
                return Rfc3339.TryParse(text, out var time)
                    ? Rfc3339.ToMicroseconds(time)
                    : Fail(Rfc3339.Expected, out error);
            case FieldKind.Duration:
                return Scalars.TrySpan(text, out var span) ? span : Fail(Scalars.ExpectedSpan, out error);
            case FieldKind.Relation:
                return Guid.TryParseExact(text, "D", out var id)
                    ? id
                    : Fail("The id of a record is expected, such as 019337d6-0f8a-7c4e-9d3b-2f6a51c0e8b7.", out error);
            case FieldKind.Enum:
                return field.Field.Values!.Contains(text)
                    ? text
                    : Fail($"One of {string.Join(", ", field.Field.Values!.Take(20))} is expected.", out error);
            default:
                var length = text.EnumerateRunes().Count();
                return length > field.Field.Longest
                        ? Fail($"At most {field.Field.Longest} characters are taken; these are {length}.", out error)
                    : field.Field.Required is true && length == 0 ? Fail("It may not be empty.", out error)
                    : field.Pattern?.IsMatch(text) == false
                        ? Fail($"It does not match the pattern {field.Field.Pattern}.", out error)
                    : field.Field.Type == FieldKind.Email && !Address().IsMatch(text)
                        ? Fail("An e-mail address is expected.", out error)
                    : field.Field.Type == FieldKind.Url && !IsUrl(text)
                        ? Fail("An address that begins with http:// or https:// is expected.", out error)
                    : text;
        }
    }

    private static string? Outside(FieldPlan field, object value)
    {
        if (field.Least is { } least && Less(value, least))
        {
            return $"At least {Written(field.Field.Minimum!.Value)} is expected.";
        }

        return field.Most is { } most && Less(most, value)
            ? $"At most {Written(field.Field.Maximum!.Value)} is expected."
            : null;
    }

    private static bool Less(object left, object right) =>
        left is string l ? string.CompareOrdinal(l, (string)right) < 0 : ((IComparable)left).CompareTo(right) < 0;

    private static string Written(JsonElement json) =>
        json.ValueKind == JsonValueKind.String ? json.GetString()! : json.GetRawText();

    // What XML leaves open is taken for what its text is.
    private static JsonElement Typed(JsonElement json, bool isXml)
    {
        if (!isXml || json.ValueKind != JsonValueKind.String)
        {
            return json;
        }

        var text = json.GetString()!.Trim();
        return
            text is "true" or "false"
            || (
                text.Length is > 0 and < 40
                && double.TryParse(text, CultureInfo.InvariantCulture, out _)
                && IsJson(text)
            )
            ? JsonElement.Parse(text)
            : json;
    }

    /// <summary>Whether a text is one JSON value.</summary>
    public static bool IsJson(string text)
    {
        try
        {
            JsonElement.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https"
        && !text.Contains(' ', StringComparison.Ordinal);

    private static object? Fail(string says, out string? error)
    {
        error = says;
        return null;
    }

    [GeneratedRegex(
        @"\A[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Address();
}
