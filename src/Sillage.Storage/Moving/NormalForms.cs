using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sillage.Storage.Moving;

/// <summary>One spelling for what PostgreSQL spells its own way when it gives it back.</summary>
internal static class NormalForms
{
    // Deeper than any document that the program takes.
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1024 };

    /// <summary>A <c>jsonb</c>: names in order, the last of equal names, numbers by their value.</summary>
    public static string Json(string text)
    {
        using var document = JsonDocument.Parse(text, Deep);
        var normal = new StringBuilder(text.Length);
        Write(document.RootElement, normal);
        return normal.ToString();
    }

    /// <summary>A <c>tsvector</c>: words in order, each position once.</summary>
    public static string Vector(string text) =>
        string.Join(
            ' ',
            text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(word =>
                {
                    var colon = word.LastIndexOf(':');
                    if (colon < 0)
                    {
                        return word;
                    }

                    var positions = word[(colon + 1)..].Split(',').Distinct().Order(StringComparer.Ordinal);
                    return $"{word[..colon]}:{string.Join(',', positions)}";
                })
                .Order(StringComparer.Ordinal)
        );

    private static void Write(JsonElement value, StringBuilder normal)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var members = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
                foreach (var member in value.EnumerateObject())
                {
                    members[member.Name] = member.Value;
                }

                normal.Append('{');
                foreach (var (name, member) in members)
                {
                    Write(name, normal);
                    Write(member, normal);
                }

                normal.Append('}');
                break;
            case JsonValueKind.Array:
                normal.Append('[');
                foreach (var item in value.EnumerateArray())
                {
                    Write(item, normal);
                }

                normal.Append(']');
                break;
            case JsonValueKind.String:
                Write(value.GetString()!, normal);
                break;
            case JsonValueKind.Number:
                normal.Append(Number(value.GetRawText())).Append(';');
                break;
            default:
                normal.Append(value.GetRawText()).Append(';');
                break;
        }
    }

    // With its length before it a text needs no escapes.
    private static void Write(string text, StringBuilder normal) =>
        normal.Append(CultureInfo.InvariantCulture, $"{text.Length}\"").Append(text);

    /// <summary>The digits without zeros around them, and the power of ten.</summary>
    private static string Number(string text)
    {
        var sign = text[0] == '-' ? "-" : "";
        var e = text.AsSpan().IndexOfAny('e', 'E');
        var power = e < 0 ? 0 : long.Parse(text.AsSpan(e + 1), CultureInfo.InvariantCulture);
        var digits = text[sign.Length..(e < 0 ? text.Length : e)];
        var point = digits.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0)
        {
            power -= digits.Length - point - 1;
            digits = digits.Remove(point, 1);
        }

        digits = digits.TrimStart('0');
        var significant = digits.TrimEnd('0');
        power += digits.Length - significant.Length;
        return significant.Length == 0
            ? "0"
            : string.Create(CultureInfo.InvariantCulture, $"{sign}{significant}e{power}");
    }
}
