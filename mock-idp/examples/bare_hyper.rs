//! A hyper server whose answer costs nothing: what no mount can surpass. Prints `READY <URL>`.

#![expect(clippy::print_stdout, reason = "the address has to be known")]

use std::convert::Infallible;

use bytes::Bytes;
use http::Response;
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("READY http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        // As long as a token response.
        let answer = service_fn(|_| async {
            let body = Full::new(Bytes::from_static(&[b'x'; 800]));
            Ok::<_, Infallible>(Response::new(body))
        });
        tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), answer),
        );
    }
}
