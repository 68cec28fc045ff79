using System.Globalization;
using Sillage.Schema;

namespace Sillage.Traces.Tsadk.Import;

/// <summary>
/// The time that an old log's timestamp means. When it was received is not known any more, so what the routes leave alone
/// is made out here as far as it goes: the game's own form, which lacks the seconds, and times without an offset, as UTC.
/// </summary>
internal static class TsadkTime
{
    private static readonly string[] Forms =
    [
        "yyyy-MM-dd'T'HH:mm.FFFFFFF'Z'",
        "yyyy-MM-dd'T'HH:mm'Z'",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF",
        "yyyy-MM-dd HH:mm:ss.FFFFFFF",
        "yyyy-MM-dd HH:mm",
        "yyyy-MM-dd",
    ];

    public static bool TryRead(string timestamp, out DateTimeOffset time) =>
        Rfc3339.TryParse(timestamp, out time)
        || DateTimeOffset.TryParseExact(
            timestamp,
            Forms,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out time
        );
}
