using Microsoft.AspNetCore.Http;

namespace Sillage.Hosting;

/// <summary>What a module has to say to every request before it is known where it goes; registered as a service.</summary>
public interface IPipelinePart
{
    /// <summary>Looks at a request, and goes on with <paramref name="next"/> or answers it.</summary>
    Task RunAsync(HttpContext context, RequestDelegate next);
}
