using System.Net;
using System.Text.Json.Nodes;

namespace Sillage.Rowing.Tests;

/// <summary>A squad with a coach and a member who rows, for what is seen of it live.</summary>
public abstract class SquadOnErgsSpecification(RowingUnderTest rowing) : RowingSpecification(rowing)
{
    private const string Squads = "/api/v1/squads";

    protected async Task<(string Squad, Person Member)> SquadAsync()
    {
        var squad = Self((await PostAsync(Squads, new { name = "First eight" })).Must(HttpStatusCode.Created).Json);
        var member = await Rowing.NewRowerAsync();
        var code = (string)(await PostAsync($"{squad}/invitations", new { })).Json["code"]!;
        (await PostAsync($"{Squads}/join", new { code }, member)).Must(HttpStatusCode.OK);
        return (squad, member);
    }

    protected Task<Answer> ShareAsync(string squad, Person person, object consent) =>
        SendAsync(HttpMethod.Put, $"{squad}/membership", consent, person);

    protected async Task<JsonNode> BeginAsync(Person person, int strokes)
    {
        var workout = await SentAsync(
            Piece(p =>
            {
                p.Remove("totals");
                p["live"] = true;
            }),
            person
        );
        await RowAsync(workout, person, 0, strokes);
        return workout;
    }

    protected async Task RowAsync(JsonNode workout, Person person, int first, int count) =>
        (
            await PostAsync(
                $"{Self(workout)}/strokes",
                new JsonObject { ["first"] = first, ["strokes"] = Steady(count, from: first * 2) },
                person
            )
        ).Must(HttpStatusCode.OK);
}
