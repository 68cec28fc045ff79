using System.Text;

namespace Sillage.Benchmarks.Load;

/// <summary>What players do in the game on learning Java, from a seed: the same actions for every server.</summary>
internal sealed record Play(string Room, string Nature, string Type, string Answer, string Error)
{
    private static readonly string[] Rooms =
    [
        "entrance",
        "loops",
        "arrays",
        "strings",
        "methods",
        "recursion",
        "classes",
        "exceptions",
        "library",
        "exit",
    ];

    private static readonly string[] Natures = ["move", "question", "help", "exercise", "dialog"];
    private static readonly string[] Types = ["enter", "leave", "answer", "retry", "hint", "compile", "run", "skip"];

    private static readonly string[] Answers =
    [
        "for (int i = 0; i < values.length; i++) { sum += values[i]; }",
        "int[] copy = Arrays.copyOf(values, values.length);",
        "return n <= 1 ? 1 : n * factorial(n - 1);",
        "String s = \"a\" + \"b\";",
        "true",
        "",
    ];

    private static readonly string[] Errors =
    [
        "",
        "",
        "",
        "';' expected",
        "incompatible types: String cannot be converted to int",
        "cannot find symbol",
    ];

    public static Play[] Some(int count, int seed)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ => new Play(
                    Pick(random, Rooms),
                    Pick(random, Natures),
                    Pick(random, Types),
                    Pick(random, Answers),
                    Pick(random, Errors)
                )),
        ];
    }

    /// <summary>The action's data as Sillage and its limits take it.</summary>
    public string Data =>
        $$"""{"room":{{Text(Room)}},"nature":{{Text(Nature)}},"answer":{{Text(Answer)}},"error":{{Text(Error)}}}""";

    /// <summary>The trace as Sillage takes it, with the marks of <see cref="RequestTemplate"/>.</summary>
    public string AsTrace(string session) =>
        $$"""{"id":"{{RequestTemplate.Id}}","timestamp":"{{RequestTemplate.Timestamp}}","session":{{Text(session)}},"sequence":{{RequestTemplate.Sequence}},"name":{{Text(Type)}},"data":{{Data}}}""";

    /// <summary>The trace in the eight fields of the TSADK routes.</summary>
    public string AsLog(string user) =>
        $$"""{"userID":{{user}},"timestamp":"{{RequestTemplate.Timestamp}}","sequence":{{RequestTemplate.Sequence}},"roomName":{{Text(Room)}},"actionNature":{{Text(Nature)}},"actionType":{{Text(Type)}},"userAnswer":{{Text(Answer)}},"userError":{{Text(Error)}}}""";

    public static string Batch(IEnumerable<Play> plays, string session)
    {
        var body = new StringBuilder("[");
        foreach (var play in plays)
        {
            body.Append(body.Length > 1 ? "," : "").Append(play.AsTrace(session));
        }

        return body.Append(']').ToString();
    }

    public static string Text(string text) => System.Text.Json.JsonSerializer.Serialize(text);

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
}
