using System.Globalization;
using System.Text.Json.Nodes;

namespace GameStatements;

/// <summary>
/// Statements of the shape that a geography quiz sends: sessions and levels launched and ended, answers chosen, a score
/// and a clock counted up and down. The same seed brings the same statements.
/// </summary>
public static class StatementGenerator
{
    private const string Game = "http://game.example/games/quiz/";
    private static readonly string[] Answers =
    [
        "Australia",
        "United Kingdom",
        "Côte d'Ivoire",
        "=SUM(A1)",
        "say \"no\", then",
    ];

    /// <summary>Generates the statements of a number of play-throughs.</summary>
    public static IReadOnlyList<JsonObject> Generate(int seed, int playThroughs = 84)
    {
        // Chance is for variety here, not for secrets.
        var random = new Random(seed);
        var time = new DateTimeOffset(2026, 4, 26, 12, 0, 0, TimeSpan.Zero);
        var statements = new List<JsonObject>();
        for (var play = 0; play < playThroughs; play++)
        {
            var actor = string.Create(CultureInfo.InvariantCulture, $"play-{seed}-{play}");
            var clock = time.AddMinutes(play * 3);
            void Add(string verb, string target, JsonObject? result)
            {
                clock = clock.AddMilliseconds(random.Next(1, 5000));
                statements.Add(Statement(NextId(random), actor, verb, target, result, clock));
            }

            Add("http://adlnet.gov/xapi/verbs/launched", "completable/_session", null);
            for (var question = random.Next(0, 16); question > 0; question--)
            {
                var answer = Result(random);
                answer["response"] = Answers[random.Next(Answers.Length)];
                Add("http://adlnet.gov/xapi/verbs/preferred", "alternative/Flag" + question, answer);
                var score = Result(random);
                score["extensions"] = new JsonObject
                {
                    ["http://rage-eu.com/xapi/extensions/value"] = random.Next(0, 2) == 0 ? "1" : "5.0",
                };
                Add("http://rage-eu.com/xapi/verbs/increased", "variable/score", score);
            }

            Add("http://adlnet.gov/xapi/verbs/terminated", "completable/_session", null);
        }

        return statements;
    }

    private static JsonObject Result(Random random) =>
        new() { ["success"] = random.Next(0, 2) == 0, ["completion"] = random.Next(0, 2) == 0 };

    private static Guid NextId(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private static JsonObject Statement(
        Guid id,
        string actor,
        string verb,
        string target,
        JsonObject? result,
        DateTimeOffset time
    )
    {
        var statement = new JsonObject
        {
            ["id"] = id.ToString(),
            ["actor"] = new JsonObject
            {
                ["name"] = actor,
                ["account"] = new JsonObject { ["homePage"] = "http://game.example/", ["name"] = "Anonymous" },
            },
            ["verb"] = new JsonObject { ["id"] = verb },
            ["object"] = new JsonObject { ["id"] = Game + target, ["definition"] = new JsonObject() },
            ["timestamp"] = time.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
        };
        if (result is not null)
        {
            statement["result"] = result;
        }

        return statement;
    }
}
