using FsCheck;
using FsCheck.Fluent;

namespace Sillage.Collections.Tests;

/// <summary>Expressions of the language about the collections of <see cref="SqlAndMemory"/>, at random.</summary>
internal static class Expressions
{
    public static readonly string[] Texts = ["a", "A", "ab", "Été", "été", "z", "", "😀", "\uffee", "x y"];
    public static readonly string[] Words = ["one", "two"];
    public static readonly string[] Days = ["2025-12-31", "2026-01-01", "2026-01-02"];
    public static readonly string[] Times =
    [
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00.000001Z",
        "2026-11-30T12:00:00Z",
    ];
    public static readonly string[] Spans = ["PT1H", "PT90M", "P1D"];

    private static readonly string[] Orders = ["=", "!=", "<", "<=", ">", ">="];
    private static readonly string[] Same = ["=", "!="];

    /// <summary>Conditions of any depth, all of which are right.</summary>
    public static Gen<string> Any { get; } = Gen.Sized(size => OfDepth(Math.Min(size / 10, 3)));

    private static Gen<string> OfDepth(int depth) =>
        depth <= 0
            ? One
            : Gen.OneOf(
                One,
                from left in OfDepth(depth - 1)
                from right in OfDepth(depth - 1)
                from word in Gen.Elements("and", "or")
                select $"({left} {word} {right})",
                OfDepth(depth - 1).Select(inner => $"not {inner}")
            );

    private static Gen<string> One =>
        Gen.OneOf(
            Of("", "name", Texts),
            Of("", "whole", Orders, "0", "1", "-1", "9007199254740993"),
            Of("", "real", Orders, "0", "0.5", "-1e3", "9007199254740993"),
            Of("", "money", Orders, "0", "1.5", "-0.01", "\"1.50\""),
            Of("", "truth", Same, "true", "false"),
            Gen.Elements("truth", "true", "false", "not truth"),
            Of("", "day", Days),
            Of("", "time", Times),
            Gen.Elements(
                "time < @now",
                "time > @now - 365d",
                "day <= @now",
                "created < @now + 1h",
                "updated <= created"
            ),
            Of("", "span", Spans),
            Of("", "word", Same, "\"one\"", "\"two\""),
            from find in Gen.Elements("~", "!~")
            from text in Gen.Elements(Texts)
            select $"name {find} {Quoted(text)}",
            from text in Gen.Elements(Texts)
            select $"tags has {Quoted(text)}",
            from name in Gen.Elements(
                "name",
                "whole",
                "real",
                "truth",
                "day",
                "time",
                "tags",
                "one",
                "many",
                "owner",
                "@me.id"
            )
            from sign in Gen.Elements(Same)
            select $"{name} {sign} null",
            Gen.Elements(
                "owner = @me.id",
                "@me.id != owner",
                "@me.role = \"member\"",
                "name = @me.username",
                "name in (\"a\", \"Été\", 'z')"
            ),
            Of("one.", "name", Texts),
            Of("many.", "n", Orders, "1", "2"),
            Of("one.up.", "name", Texts),
            Of("many.up.up.", "n", Orders, "1", "2"),
            Gen.Elements(
                "one.open",
                "many.open = false",
                "one.owner = @me.id",
                "one.name ~ \"T\"",
                "many.up.name = null"
            )
        );

    private static Gen<string> Of(string path, string field, string[] values) =>
        Of(path, field, Orders, [.. values.Select(Quoted)]);

    private static Gen<string> Of(string path, string field, string[] operators, params string[] values) =>
        from sign in Gen.Elements(operators)
        from value in Gen.Elements(values)
        from turned in Gen.Elements(false, true)
        select turned ? $"{value} {sign} {path}{field}" : $"{path}{field} {sign} {value}";

    private static string Quoted(string text) => $"\"{text}\"";
}
