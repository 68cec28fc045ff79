using System.Net;
using System.Text;
using Shouldly;
using Xunit;

namespace Sillage.Traces.Tests.Intake;

/// <summary>Bodies that no batch can be made of, through HTTP: each gets its status, none a 500 or a hang.</summary>
public sealed class BadBodies(SqliteTraces traces) : TracesSpecification(traces), IClassFixture<SqliteTraces>
{
    [Theory]
    [InlineData("", "application/json", 400)]
    [InlineData("{", "application/json", 400)]
    [InlineData("[]", "application/json", 400)]
    [InlineData("nonsense", "application/json", 400)]
    [InlineData("{}", "text/plain", 415)]
    [InlineData("{}", "application/json; charset=utf-16", 415)]
    [InlineData("{}", "application/octet-stream", 415)]
    [InlineData("{}", "", 415)]
    [InlineData("{}", "application/json", 422)]
    [InlineData("{\"id\":1}", "application/x-ndjson", 422)]
    [InlineData("\n\n", "application/x-ndjson", 400)]
    [InlineData("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><trace>&b;</trace>", "application/xml", 400)]
    [InlineData("", "application/xml", 400)]
    public async Task Each_gets_its_status(string body, string mediaType, int status)
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        var answer = await SendTracesAsync(study, body, player, mediaType);
        ((int)answer.Status).ShouldBe(status, answer.Text);
        answer.Text.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Nesting_of_ten_thousand_levels_is_that_traces_trouble()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        var deep = new string('[', 10_000) + new string(']', 10_000);
        var answer = await SendTracesAsync(
            study,
            $$$"""[{"timestamp":"2026-11-20T09:30:00Z","name":"n","data":{"room":"x","a":{{{deep}}}}},{{{Trace().ToJsonString()}}}]""",
            player
        );
        ((int)answer.Must(HttpStatusCode.Created).Json["accepted"]!).ShouldBe(1);
        (await SendTracesAsync(study, new string('[', 1_000_000), player)).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_batch_has_an_end()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        var answer = await SendTracesAsync(
            study,
            "[" + string.Join(',', Enumerable.Repeat(Trace().ToJsonString(), 100_001)) + "]",
            player
        );
        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Json["detail"]!.ToString().ShouldContain("too many");
    }

    [Theory]
    [InlineData("limit=0", "?limit")]
    [InlineData("limit=1001", "?limit")]
    [InlineData("limit=x", "?limit")]
    [InlineData("cursor=x", "?cursor")]
    [InlineData("cursor=e30", "?cursor")]
    [InlineData("cursor=%00", "?cursor")]
    [InlineData("from=yesterday", "?from")]
    [InlineData("to=2026", "?to")]
    [InlineData("after=1", "?after")]
    [InlineData("after=01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58", "?after")]
    [InlineData("data.level=x", "?data.level")]
    [InlineData("data.correct=1", "?data.correct")]
    [InlineData("data.nothing=1", "?data.nothing")]
    [InlineData("data.more=1", "?data.more")]
    [InlineData("identities=yes", "?identities")]
    [InlineData("name=a&name=b", "?name")]
    [InlineData("session=%00", "?session")]
    [InlineData("other=1", "?other")]
    public async Task A_query_that_is_not_understood_is_400(string query, string pointer)
    {
        var study = await NewStudyAsync();
        var answer = await GetAsync($"{study}/traces?{query}");
        answer.Status.ShouldBe(HttpStatusCode.BadRequest, answer.Text);
        answer.Pointers().ShouldContain(pointer);
    }

    [Theory]
    [InlineData("""{"slug":"A b","title":"t"}""", "/slug")]
    [InlineData("""{"slug":"x","title":"t"}""", "/slug")]
    [InlineData("""{"slug":"api","title":"t"}""", "/slug")]
    [InlineData("""{"slug":"ok-1","title":" "}""", "/title")]
    [InlineData("""{"slug":"ok-1","title":"a\u0007b"}""", "/title")]
    [InlineData("""{"slug":"ok-1","title":"t","fields":[{"name":"a b","type":"string"}]}""", "/fields/0/name")]
    [InlineData("""{"slug":"ok-1","title":"t","fields":[{"name":"a'","type":"string"}]}""", "/fields/0/name")]
    [InlineData("""{"slug":"ok-1","title":"t","fields":[{"name":"a","type":"text"}]}""", "/fields/0/type")]
    [InlineData(
        """{"slug":"ok-1","title":"t","fields":[{"name":"a","type":"string"},{"name":"a","type":"json"}]}""",
        "/fields/1/name"
    )]
    [InlineData(
        """{"slug":"ok-1","title":"t","fields":[{"name":"a","type":"json","maxLength":1}]}""",
        "/fields/0/maxLength"
    )]
    [InlineData(
        """{"slug":"ok-1","title":"t","fields":[{"name":"a","type":"string","maxLength":0}]}""",
        "/fields/0/maxLength"
    )]
    [InlineData(
        """{"slug":"ok-1","title":"t","fields":[{"name":"a","type":"integer","values":["1"]}]}""",
        "/fields/0/values/0"
    )]
    [InlineData(
        """{"slug":"ok-1","title":"t","fields":[{"name":"a","type":"integer","values":[]}]}""",
        "/fields/0/values"
    )]
    [InlineData(
        """{"slug":"ok-1","title":"t","fields":[{"name":"a","type":"string","values":["\ud800"]}]}""",
        "/fields/0/values/0"
    )]
    [InlineData(
        """{"slug":"ok-1","title":"t","fields":[{"name":"a","type":"string","values":["\u0000"]}]}""",
        "/fields/0/values/0"
    )]
    [InlineData("""{"slug":"ok-1","title":"t","fields":[null]}""", "/fields/0")]
    [InlineData("""{"slug":"ok-1","title":"t","unknownFields":"perhaps"}""", "/unknownFields")]
    [InlineData("""{"slug":"ok-1","title":"t","owner":"me"}""", "/owner")]
    [InlineData("""{"slug":"ok-1"}""", "/title")]
    [InlineData("""{"slug":null,"title":"t"}""", "/slug")]
    public async Task A_study_that_is_not_valid_is_400(string body, string pointer)
    {
        var answer = await PostAsync("/api/v1/studies", body);
        answer.Status.ShouldBe(HttpStatusCode.BadRequest, answer.Text);
        answer.Pointers().ShouldContain(pointer);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"count":0}""")]
    [InlineData("""{"count":1001}""")]
    [InlineData("""{"count":1,"usernames":["player-x"]}""")]
    [InlineData("""{"usernames":[]}""")]
    [InlineData("""{"usernames":["player-y","PLAYER-Y"]}""")]
    [InlineData("""{"usernames":[null]}""")]
    [InlineData("""{"count":"1"}""")]
    public async Task Participants_that_cannot_be_made_are_400(string body)
    {
        var study = await NewStudyAsync();
        (await PostAsync($"{study}/participants", body)).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Text_in_an_address_is_only_text()
    {
        foreach (
            var slug in new[] { "'; DROP TABLE study; --", "a%00b", "..%2f..", "~1", "x".PadRight(5000, 'x'), "%ff" }
        )
        {
            var answer = await GetAsync($"/api/v1/studies/{slug}");
            ((int)answer.Status).ShouldBeInRange(400, 431, slug);
        }
    }

    [Fact]
    public async Task A_slow_answer_is_not_needed_for_a_body_full_of_errors()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        var bad = new StringBuilder("[");
        for (var i = 0; i < 20_000; i++)
        {
            bad.Append(i > 0 ? "," : "").Append("{\"a\":").Append(i).Append('}');
        }

        var answer = await SendTracesAsync(study, bad.Append(']').ToString(), player);
        answer.Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        answer.Pointers().Length.ShouldBe(20);
    }
}
