using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Contracts.PersonalData;
using Sillage.Accounts.PersonalData;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Api.Requests;

namespace Sillage.Accounts.Me;

/// <summary>Hands a person everything that is kept about them, and takes corrections (GDPR articles 15, 16 and 20).</summary>
internal static class MyData
{
    public static void Map(RouteGroupBuilder me)
    {
        me.MapGet("/data", Read)
            .WithSummary("Read all my personal data")
            .WithDescription(
                "One JSON object with a section for every module that keeps anything about the caller, streamed."
            )
            .WithQuery("download", "Whether a browser should save it as a file. Default false.", "true")
            .Produces<JsonObject>();
        me.MapPatch("/data", Correct)
            .WithSummary("Correct my personal data")
            .WithDescription(
                "A JSON Merge Patch with a member for each section to correct. Each section is corrected whole or not at all; the "
                    + "sections before one that is refused stay corrected."
            )
            .WithRequestExample(new { accounts = new { displayName = "Player one" } })
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status409Conflict);
    }

    internal static async Task Read(
        Caller caller,
        IEnumerable<IPersonalData> everywhere,
        HttpContext context,
        CancellationToken ct,
        bool download = false
    )
    {
        var response = context.Response;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        if (download)
        {
            response.Headers.ContentDisposition = "attachment; filename=\"personal-data.json\"";
        }

        await using var writer = new Utf8JsonWriter(
            response.BodyWriter,
            new JsonWriterOptions { Encoder = Json.Options.Encoder, Indented = true }
        );
        writer.WriteStartObject();
        foreach (var data in everywhere)
        {
            writer.WritePropertyName(data.Section);
            await data.ExportAsync(caller.Id, writer, ct);
            await writer.FlushAsync(ct);
        }

        writer.WriteEndObject();
    }

    internal static async Task<Results<NoContent, Problem>> Correct(
        MergePatch<JsonObject> patch,
        Caller caller,
        IEnumerable<IPersonalData> everywhere,
        CancellationToken ct
    )
    {
        var sections = everywhere.ToDictionary(data => data.Section, StringComparer.Ordinal);
        var corrections = patch.Document.EnumerateObject().ToList();
        var unknown = corrections
            .Where(correction => !sections.ContainsKey(correction.Name))
            .Select(correction => new FieldError(
                JsonPointer.Member(JsonPointer.Root, correction.Name),
                $"There is no such section; there are {string.Join(", ", sections.Keys)}."
            ))
            .ToList();
        if (unknown.Count > 0)
        {
            return Problem.BadRequest("The sections are those of the personal data as it is read.", unknown);
        }

        foreach (var correction in corrections)
        {
            var problem = await sections[correction.Name].CorrectAsync(caller.Id, correction.Value, ct);
            if (problem is not null)
            {
                return problem.Under(JsonPointer.Member(JsonPointer.Root, correction.Name));
            }
        }

        return TypedResults.NoContent();
    }
}
