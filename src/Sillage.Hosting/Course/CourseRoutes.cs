using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Replies;

namespace Sillage.Hosting.Course;

/// <summary>What one resource stands in, on the routes of the services course.</summary>
/// <param name="Data">The resource.</param>
public sealed record DataOf<T>(T Data);

/// <summary>A page of a list on the routes of the services course.</summary>
/// <param name="Data">The page's items.</param>
/// <param name="Next">The address of the next page; absent on the last.</param>
public sealed record DataPage<T>(IReadOnlyList<T> Data, string? Next);

/// <summary>
/// The routes of users, posts, comments, tags and notifications under the names that courses on services teach, at <c>/api/…</c> without a
/// version. Each module maps its own, over what its other routes do; see <c>docs/adr/0129-the-face-of-the-services-course.md</c>.
/// </summary>
public static class CourseRoutes
{
    private static readonly string[] Services = ["auth", "users", "posts", "tags", "notifications", "health"];

    /// <summary>Errors as these routes tell them: <c>{"error", "message"}</c>.</summary>
    public static ProblemForm Form { get; } =
        new(Covers, _ => "error", problem => problem.Title) { Further = ("message", MessageOf) };

    /// <summary>Maps what one of these services answers, at <c>/api/{service}</c>.</summary>
    public static RouteGroupBuilder MapCourse(this IEndpointRouteBuilder routes, string service) =>
        routes.MapGroup($"/api/{service}").WithTags("Services course").WithProblemForm(Form);

    internal static bool Covers(PathString path) =>
        path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase, out var rest)
        && Array.Exists(
            Services,
            service => rest.StartsWithSegments("/" + service, StringComparison.OrdinalIgnoreCase)
        );

    private static string MessageOf(Problem problem)
    {
        var detail = problem.Detail ?? problem.Title;
        return problem.Errors is { } errors
            ? $"{detail} {string.Join(' ', errors.Select(error => $"{error.Pointer.TrimStart('/')}: {error.Detail}"))}"
            : detail;
    }
}

/// <summary>A page of a list in the form of these routes.</summary>
public sealed class DataPageReply<T>(PageReply<T> page) : IResult, IEndpointMetadataProvider
{
    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext) =>
        Reply.Ok(new DataPage<T>(page.Items, page.Next(httpContext))).ExecuteAsync(httpContext);

    /// <inheritdoc />
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        Reply<DataPage<T>>.PopulateMetadata(method, builder);
}
