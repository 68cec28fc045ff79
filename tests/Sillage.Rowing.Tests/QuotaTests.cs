using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Shouldly;
using Sillage.Rowing.Files;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Rowing.Tests;

/// <summary>An account keeps so many workouts and no more, by whichever road they come.</summary>
public abstract class QuotaTests : RowingSpecification
{
    private const string Results = "/concept2/api/users/me/results";

    protected QuotaTests(RowingUnderTest rowing)
        : base(rowing) => Server.Services.GetRequiredService<IOptions<RowingOptions>>().Value.WorkoutsPerAccount = 2;

    private static JsonObject Result(int day) =>
        new()
        {
            ["type"] = "rower",
            ["date"] = $"2026-11-{day:00} 07:44:00",
            ["distance"] = 1000,
            ["time"] = 2000,
            ["weight_class"] = "H",
        };

    private async Task<JsonNode> FillAsync()
    {
        await SentAsync(Piece(p => p["start"] = "2026-10-01T06:30:00Z"));
        return await SentAsync(Piece(p => p["start"] = "2026-10-02T06:30:00Z"));
    }

    private async Task MakeRoomAsync(JsonNode workout) =>
        (await SendAsync(HttpMethod.Delete, Self(workout))).Must(HttpStatusCode.NoContent);

    [Fact]
    public async Task What_has_no_room_is_409_until_something_is_deleted()
    {
        var last = await FillAsync();
        foreach (var live in new[] { false, true })
        {
            var refused = await PostAsync(Workouts, Piece(p => p["live"] = live));
            refused.Status.ShouldBe(HttpStatusCode.Conflict);
            ((string)refused.Json["detail"]!).ShouldContain("Delete some first");
            ((string)refused.Json["detail"]!).ShouldContain("Rowing:WorkoutsPerAccount");
        }

        await SentAsync(Piece(), Rowing.Stranger);
        await MakeRoomAsync(last);
        await SentAsync(Piece());
    }

    [Fact]
    public async Task The_Logbooks_clients_are_told_and_do_not_take_it_for_a_duplicate()
    {
        var answer = await PostAsync($"{Results}/bulk", new JsonArray(Result(1), Result(2), Result(3), Result(1)));
        var statuses = answer.Must(HttpStatusCode.OK).Json.AsArray();
        statuses.Select(result => (int)result!["status_code"]!).ShouldBe([201, 201, 422, 409]);
        ((string)statuses[2]!["message"]!).ShouldContain("Delete some first");
        var refused = await PostAsync(Results, Result(4));
        refused.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        ((string)refused.Json["message"]!).ShouldContain("Delete some first");
    }

    [Fact]
    public async Task A_file_without_room_says_so_and_is_taken_once_there_is()
    {
        var last = await FillAsync();
        var file = await SendFileAsync(RealFiles.Read("3x250m.fit"), Rower);
        ((string)file["state"]!).ShouldBe("failed");
        ((string)file["report"]!["failure"]!).ShouldContain("Delete some first");
        (await GetAsync(Workouts)).Items.Count.ShouldBe(2);
        await MakeRoomAsync(last);
        ((string)(await SendFileAsync(RealFiles.Read("3x250m.fit"), Rower))["state"]!).ShouldBe("read");
    }

    [Fact]
    public async Task A_folder_goes_on_where_there_is_room_again()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(Path.Combine(folder.Path, "3x250m.fit"), RealFiles.Read("3x250m.fit"));
        var last = await FillAsync();
        Task<FolderFile> TakeAsync() =>
            Server
                .Services.GetRequiredService<FolderImport>()
                .TakeAsync(
                    folder.Path,
                    FolderImport.Find(folder.Path)[0],
                    Rower.Id,
                    new StoredHints(),
                    false,
                    CancellationToken.None
                );
        (await TakeAsync()).Failure.ShouldNotBeNull().ShouldContain("Delete some first");
        await MakeRoomAsync(last);
        var taken = await TakeAsync();
        taken.Failure.ShouldBeNull();
        taken.IsKnown.ShouldBeFalse();
        (await TakeAsync()).IsKnown.ShouldBeTrue();
    }
}

public sealed class QuotaOnSqlite(SqliteRowing rowing) : QuotaTests(rowing), IClassFixture<SqliteRowing>;

public sealed class QuotaOnPostgres(PostgresRowing rowing) : QuotaTests(rowing), IClassFixture<PostgresRowing>;
