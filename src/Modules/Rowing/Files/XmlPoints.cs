using System.Globalization;
using System.Xml;
using Sillage.Api.Formats;

namespace Sillage.Rowing.Files;

/// <summary>What TCX and GPX have in common: XML without traps, times and numbers that may be anything.</summary>
internal static class XmlPoints
{
    private const int Deepest = 64;

    private static readonly DateTimeOffset First = new(1970, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Last = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Whether these bytes begin as XML does.</summary>
    public static bool Looks(ReadOnlySpan<byte> bytes)
    {
        // A byte order mark of UTF-8, or of UTF-16 with a smaller-than sign behind it.
        var text = bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        return text.TrimStart(" \t\r\n"u8) is [(byte)'<', ..]
            || bytes is [0xFF, 0xFE, (byte)'<', ..] or [0xFE, 0xFF, 0, (byte)'<', ..];
    }

    /// <summary>A reader that follows no reference, knows no document type and has an end.</summary>
    public static XmlReader Open(byte[] bytes) =>
        XmlReader.Create(
            new MemoryStream(bytes, writable: false),
            new XmlReaderSettings
            {
                DtdProcessing = DtdProcessing.Prohibit,
                XmlResolver = null,
                MaxCharactersInDocument = 256L * 1024 * 1024,
                IgnoreComments = true,
                IgnoreProcessingInstructions = true,
                IgnoreWhitespace = true,
            }
        );

    /// <summary>Goes on to the next node.</summary>
    /// <exception cref="XmlException">It is not well formed, or nested as no file of ours is.</exception>
    public static bool Advance(XmlReader xml) =>
        xml.Read()
        && (
            xml.Depth <= Deepest
                ? true
                : throw new XmlException("It is nested too deep.", null, (xml as IXmlLineInfo)!.LineNumber, 0)
        );

    /// <summary>A time; null, and a finding, for what is none.</summary>
    public static DateTimeOffset? Time(string text, Findings findings)
    {
        if (
            DateTimeOffset.TryParse(
                text,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out var time
            )
            && time > First
            && time < Last
        )
        {
            return time;
        }

        findings.Add("time-not-valid", $"'{Cut(text)}' is not a time; the point is left out.");
        return null;
    }

    /// <summary>A number; null, and a finding, for what is none.</summary>
    public static double? Number(string text, string name, Findings findings)
    {
        if (
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
        )
        {
            return number;
        }

        findings.Add("number-not-valid", $"'{Cut(text)}' is not a number for {name}; taken for not measured.");
        return null;
    }

    /// <summary>The beginning of a text, for a report.</summary>
    public static string Cut(string text) => text.Length <= 40 ? text : Beginning.Of(text, 40) + "…";
}
