using System.Globalization;

namespace Sillage.Traces.Import.Rows;

/// <summary>
/// A name in a file, in the one form in which names are compared: programs write one number as 1017 and as 1017.0, and one letter
/// with its accent as one character and as two.
/// </summary>
internal static class PersonKey
{
    /// <summary>The name in Unicode's form NFC without blanks around it; a whole number without a fraction of zeros.</summary>
    /// <param name="name">The name as it is written.</param>
    /// <param name="decimalComma">Whether a comma stands before a number's fraction.</param>
    public static string Normalise(string name, bool decimalComma)
    {
        var plain = Nfc.Of(name.Trim());
        return Whole(plain, decimalComma ? ',' : '.') ?? plain;
    }

    /// <summary>Whether a JSON number has no fraction.</summary>
    public static bool IsWhole(string number) =>
        decimal.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
        && value == Math.Truncate(value);

    // 1017.0, and 1e+05 as programs write it that hold all numbers as doubles. 7e12 may be anybody's name.
    private static string? Whole(string text, char mark)
    {
        if (text.Length == 0 || text.AsSpan().IndexOfAnyExceptInRange('0', '9') is var end && end < 1)
        {
            return null;
        }

        if (text[end] == mark && end + 1 < text.Length && text.AsSpan(end + 1).IndexOfAnyExcept('0') < 0)
        {
            return text[..end];
        }

        return
            text.Contains("e+", StringComparison.OrdinalIgnoreCase)
            && decimal.TryParse(
                text.Replace(mark, '.'),
                NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                CultureInfo.InvariantCulture,
                out var value
            )
            && value == Math.Truncate(value)
            ? value.ToString("0", CultureInfo.InvariantCulture)
            : null;
    }
}
