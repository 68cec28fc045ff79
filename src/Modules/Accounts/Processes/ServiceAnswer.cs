using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sillage.Api.Problems;

namespace Sillage.Accounts.Processes;

/// <summary>What the processes without this module are answered.</summary>
internal static class ServiceAnswer
{
    /// <summary>A reply in the form that both sides of this know, whatever the API's own is.</summary>
    public static IResult Of<T>(T? value)
        where T : class => value is null ? Problem.NotFound() : TypedResults.Json(value, JsonSerializerOptions.Web);
}
