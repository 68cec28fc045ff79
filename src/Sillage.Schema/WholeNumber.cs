using System.Buffers.Text;
using System.Text.Json;

namespace Sillage.Schema;

/// <summary>
/// Whole numbers of at most 64 bits. A number is whole by its value and not by its spelling: programs that hold all numbers as
/// doubles write 5.0 and 1e3, and mean 5 and 1000.
/// </summary>
public static class WholeNumber
{
    /// <summary>Reads the number that a reader is at.</summary>
    /// <returns>False if it is no whole number.</returns>
    public static bool TryRead(ref Utf8JsonReader reader, out long number)
    {
        number = 0;
        return reader.TokenType == JsonTokenType.Number
            && (reader.TryGetInt64(out number) || TryParse(reader.ValueSpan, out number));
    }

    /// <summary>Reads a number that was read already.</summary>
    /// <returns>False if it is no whole number.</returns>
    public static bool TryGet(JsonElement value, out long number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number
            && (
                value.TryGetInt64(out number)
                || TryParse(System.Text.Encoding.UTF8.GetBytes(value.GetRawText()), out number)
            );
    }

    /// <summary>Reads a JSON number that has a fraction or an exponent.</summary>
    /// <returns>False if it is no whole number.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out long number)
    {
        if (
            Utf8Parser.TryParse(text, out decimal value, out var used)
            && used == text.Length
            && value == decimal.Truncate(value)
            && value is >= long.MinValue and <= long.MaxValue
        )
        {
            number = (long)value;
            return true;
        }

        number = 0;
        return false;
    }
}
