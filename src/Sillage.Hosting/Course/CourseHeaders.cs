using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sillage.Hosting.Processes;

namespace Sillage.Hosting.Course;

/// <summary>
/// Says on the replies of the course's routes how long they took (<c>X-Response-Time</c>, milliseconds) and which process gave them
/// (<c>X-Served-By</c>, see <see cref="ProcessInstance.Tag"/>). Behind a gateway, what the service said stands.
/// </summary>
internal sealed class CourseHeaders(ProcessInstance instance) : IPipelinePart
{
    public Task RunAsync(HttpContext context, RequestDelegate next)
    {
        if (CourseRoutes.Covers(context.Request.Path))
        {
            var began = Stopwatch.GetTimestamp();
            context.Response.OnStarting(() =>
            {
                var headers = context.Response.Headers;
                var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
                headers["X-Response-Time"] = string.Create(CultureInfo.InvariantCulture, $"{took:0.0}ms");
                headers.TryAdd("X-Served-By", instance.Tag);
                return Task.CompletedTask;
            });
        }

        return next(context);
    }
}
