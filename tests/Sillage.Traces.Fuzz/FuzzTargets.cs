using Sillage.Specifications.Fuzzing;

namespace Sillage.Traces.Fuzz;

/// <summary>Everything of the traces module that reads what strangers send.</summary>
public static class FuzzTargets
{
    private static readonly byte[][] TraceTokens =
    [
        .. FuzzTarget.JsonTokens,
        .. FuzzTarget.Bytes([
            "\"id\":\"01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58\",",
            "\"timestamp\":\"2026-11-20T09:30:00Z\"",
            "\"session\":\"s\",",
            "\"sequence\":9223372036854775807,",
            "\"participant\":2,",
            "\"name\":\"n\",",
            "\"data\":{\"room\":\"x\"}",
            "\"level\":1,",
            "\"score\":-0.0,",
            "\"mood\":\"gut\",",
            "\"more\":[{}],",
            "\\u0061",
            "\\ud83d\\ude00",
            "\r\n",
            "\n\n",
            "\uFEFF",
        ]),
    ];

    private static readonly byte[][] XmlTokens =
    [
        .. FuzzTarget.JsonTokens,
        .. FuzzTarget.Bytes([
            "<",
            ">",
            "/>",
            "</item>",
            "<item>",
            "<traces>",
            "<trace>",
            "<data>",
            "</data>",
            " type=\"number\"",
            " type=\"null\"",
            " type=\"object\"",
            " type=\"array\"",
            " type=\"boolean\"",
            " type=\"json-string\"",
            " xmlns=\"urn:x\"",
            "_x0000_",
            "_xD800_",
            "_x0020_",
            "&#x0;",
            "&#xD800;",
            "&amp;",
            "<![CDATA[",
            "]]>",
            "<!--",
            "-->",
            "<?x",
            "?>",
            "<!DOCTYPE a>",
            "<?xml version=\"1.0\" encoding=\"utf-16\"?>",
            "<?xml version=\"1.1\"?>",
        ]),
    ];

    private static readonly byte[][] ImportTokens =
    [
        .. FuzzTarget.Bytes([
            "\"",
            "\"\"",
            ",",
            ";",
            "\t",
            "\r",
            "\n",
            "\r\n",
            "timestamp",
            "name",
            "session",
            "sequence",
            "room",
            "level",
            "score",
            "correct",
            "extra",
            "2026-11-20T09:30:00Z",
            "2026-11-20 09:30",
            "1795166400",
            "99999999999999999999999999",
            "{\"room\":\"x\"}",
            "true",
            "1e400",
            "-.5",
            "\uFEFF",
            "\0",
            "é",
        ]),
    ];

    private static readonly byte[][] TextTokens =
    [
        .. FuzzTarget.JsonTokens,
        .. FuzzTarget.Bytes([
            "0001-01-01",
            "9999-12-31",
            "T23:59:60",
            "T00:00:00",
            ".999999999",
            "+23:59",
            "-23:59",
            "Z",
            "z",
            "t",
            "&",
            "=",
            "%00",
            "%ff",
            "data.",
            "from=",
            "to=",
            "participant=",
            "after=",
            "identities=true",
            "-9223372036854775808",
            "{\"time\":",
            "\"position\":",
            "\"slug\":",
            "NaN",
            "Infinity",
            "٣",
        ]),
    ];

    private static readonly byte[][] TimeTokens =
    [
        .. FuzzTarget.Bytes([
            "1763631000",
            "1763631000000",
            "253402300799999",
            "-62135596800",
            "1e28",
            "79228162514264337593543950335",
            "20.11.2026 09:30:00.250",
            "01.01.0001 00:00:00.000",
            "31.12.9999 23:59:59.999",
            "0001-01-01 00:00:00+14:00",
            "9999-12-31 23:59:59-14:00",
            "9999-12-31 23:59",
            "2026-03-29 02:30:00",
            "1,5",
            "+1",
            ".5",
            "NA",
            "yes",
            "T",
        ]),
    ];

    private static readonly byte[][] CsvTokens =
    [
        .. FuzzTarget.Bytes([
            ",",
            ";",
            "\t",
            "|",
            "\"",
            "\"\"",
            "\r\n",
            "\n",
            "\r",
            "\n\n",
            " ",
            "a",
            "\"a\"",
            "\",\"",
            "é",
        ]),
        new byte[300],
    ];

    /// <summary>Every target.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("json", BatchTargets.Json, TraceTokens),
        new("ndjson", BatchTargets.NdJson, TraceTokens),
        new("xml", BatchTargets.Xml, XmlTokens),
        new("import-csv", ImportTargets.Csv, ImportTokens),
        new("import-lines", ImportTargets.Lines, TraceTokens),
        new("same", TextTargets.SameTrace, TraceTokens),
        new("times", TextTargets.Times, TextTokens),
        new("cursors", TextTargets.Cursors, TextTokens),
        new("filters", TextTargets.Filters, TextTokens),
        new("queries", TextTargets.Queries, TextTokens),
        new("import-times", TextTargets.ImportedTimes, [.. TextTokens, .. TimeTokens]),
        new("csv", RecordTargets.Csv, CsvTokens),
        new("lines", RecordTargets.Lines, CsvTokens),
    ];

    /// <summary>The inputs they start from.</summary>
    public static FuzzCorpus Corpus { get; } = new("Sillage.Traces.Fuzz", All);
}
