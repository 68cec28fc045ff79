using Sillage.Specifications.Fuzzing;

namespace Sillage.Collections.Fuzz;

/// <summary>What of collections reads what strangers write: the language of filters and rules, and files of records.</summary>
public static class FuzzTargets
{
    private static readonly byte[][] Words =
    [
        .. FuzzTarget.Bytes([
            " and ",
            " or ",
            "not ",
            " in ",
            " has ",
            "true",
            "false",
            "null",
            "(",
            ")",
            ",",
            "=",
            "!=",
            "<",
            "<=",
            ">",
            ">=",
            "~",
            "!~",
            "'",
            "\"",
            "\\",
            "\\u0000",
            "\\ud800",
            ".",
            "-",
            "+",
            "1",
            "-0.5e3",
            "99999999999999999999",
            "1e400",
            "@me.id",
            "@me.role",
            "@me.username",
            "@now",
            "@now - 7d",
            "@now + 100000d",
            "id",
            "owner",
            "created",
            "updated",
            "name",
            "whole",
            "real",
            "money",
            "truth",
            "day",
            "time",
            "span",
            "word",
            "tags",
            "one",
            "many",
            "extra",
            "secret",
            "one.name",
            "many.one.one.one",
            "'2026-11-20'",
            "'2026-11-20T09:30:00Z'",
            "'PT1H'",
            "'01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58'",
            "'; DROP TABLE record; --",
            "é",
            "😀",
            "\0",
            "\n",
        ]),
        [0xff],
        [0xed, 0xa0, 0x80],
    ];

    private static readonly byte[][] Cells =
    [
        .. FuzzTarget.JsonTokens,
        .. FuzzTarget.Bytes([
            "name",
            "whole",
            "tags",
            "extra",
            "id",
            "secret",
            ";",
            "\t",
            "|",
            "\"\"",
            "'=1",
            "=1",
            "\r\n",
            "\uFEFF",
            "[\"a\"]",
            "a|b",
        ]),
    ];

    /// <summary>Every target.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [new("filters", FilterTarget.Run, Words), new("files", FileTarget.Run, Cells)];

    /// <summary>The inputs they start from.</summary>
    public static FuzzCorpus Corpus { get; } = new("Sillage.Collections.Fuzz", All);
}
